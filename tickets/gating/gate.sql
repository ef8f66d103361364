-- name: open_tickets
SELECT told.device_id, told.problem
FROM unnest(%(device_ids)s::integer[], %(problems)s::text[]) AS told (device_id, problem)
WHERE hearthwatch.open_ticket(told.device_id, told.problem) IS NOT NULL

-- name: tallies
-- Verdicts by the kind and the band of what opened the ticket; of several the last one counts.
SELECT
    opening.kind,
    CASE opening.kind WHEN 'anomaly' THEN width_bucket(opening.excess, %(edges)s::float8[])
        ELSE 0 END AS band,
    count(*) FILTER (WHERE last.finding IN ('confirmed', 'replaced')) AS confirmed,
    count(*) FILTER (WHERE last.finding = 'no_fault_found') AS refuted
FROM (
    SELECT DISTINCT ON (ticket_id) ticket_id, finding
    FROM hearthwatch.ticket_verdicts
    WHERE at > %(since)s
    ORDER BY ticket_id, id DESC
) AS last
CROSS JOIN LATERAL (
    SELECT
        change.evidence ->> 'kind' AS kind,
        coalesce((change.evidence ->> 'excess')::double precision, 1) AS excess
    FROM hearthwatch.ticket_evidence AS proof
    JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
    WHERE proof.ticket_id = last.ticket_id
    ORDER BY change.id
    LIMIT 1
) AS opening
GROUP BY 1, 2

-- name: given
-- Visits of a day: each ticket opened on it, by region; a cancelled one gave its visit back.
SELECT appliance.region, count(*)
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE appliance.region = ANY (%(regions)s::text[])
    AND ticket.opened_at >= %(day)s
    AND ticket.opened_at < %(day)s::timestamptz + INTERVAL '1 day'
    AND ticket.state <> 'cancelled'
GROUP BY appliance.region

-- name: hold
INSERT INTO hearthwatch.held_alerts AS known
    (alert_id, region, since, judged_at, probability, gain, why)
SELECT alert_id, region, at, at, probability, gain, why
FROM unnest(
    %(alert_ids)s::bigint[], %(regions)s::text[], %(at)s::timestamptz[],
    %(probabilities)s::float8[], %(gains)s::float8[], %(whys)s::text[]
) AS told (alert_id, region, at, probability, gain, why)
ON CONFLICT (alert_id) DO UPDATE SET
    region = excluded.region,
    judged_at = excluded.judged_at,
    probability = excluded.probability,
    gain = excluded.gain,
    why = excluded.why

-- name: earlier
-- What fired before of alerts that are held: it counts as much as what fires now.
SELECT
    change.id, change.alert_id, alert.device_id, alert.problem, change.at, change.change,
    change.signal, change.severity, change.evidence
FROM hearthwatch.held_alerts AS held
JOIN hearthwatch.alerts AS alert ON alert.id = held.alert_id
JOIN hearthwatch.alert_changes AS change ON change.alert_id = alert.id
WHERE held.alert_id = ANY (%(alert_ids)s::bigint[]) AND change.change IN ('raised', 'joined')
ORDER BY change.id

-- name: release
-- A ticket was opened: all that was seen while its alert was held belongs to it.
WITH released AS (
    DELETE FROM hearthwatch.held_alerts
    WHERE alert_id = ANY (%(alert_ids)s::bigint[])
    RETURNING alert_id
)
INSERT INTO hearthwatch.ticket_evidence (ticket_id, alert_change_id)
SELECT ticket.id, change.id
FROM (
    SELECT alert.id AS alert_id, hearthwatch.open_ticket(alert.device_id, alert.problem) AS id
    FROM released
    JOIN hearthwatch.alerts AS alert ON alert.id = released.alert_id
) AS ticket
JOIN hearthwatch.alert_changes AS change ON change.alert_id = ticket.alert_id
WHERE ticket.id IS NOT NULL
ON CONFLICT DO NOTHING

-- name: forget_cleared
DELETE FROM hearthwatch.held_alerts AS held
USING hearthwatch.alerts AS alert
WHERE alert.id = held.alert_id AND alert.cleared_at IS NOT NULL

-- name: any_held
SELECT EXISTS (SELECT FROM hearthwatch.held_alerts)

-- name: held
SELECT
    change.id, change.alert_id, alert.device_id, alert.problem, change.at, change.change,
    change.signal, change.severity, change.evidence
FROM hearthwatch.held_alerts AS held
JOIN hearthwatch.alerts AS alert ON alert.id = held.alert_id
JOIN hearthwatch.alert_changes AS change ON change.alert_id = alert.id
JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
WHERE change.change IN ('raised', 'joined') AND appliance.type = ANY (%(types)s::text[])
ORDER BY change.id
