-- name: daily
-- The last known value of each day.
SELECT DISTINCT ON (rollup.device_id, date_trunc('day', rollup.time, 'UTC'))
    rollup.device_id,
    (extract(EPOCH FROM rollup.time) * 1000000)::bigint AS micros,
    rollup.{column}::double precision AS value
FROM {hourly} AS rollup
JOIN hearthwatch.appliances AS appliance ON appliance.id = rollup.device_id
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND rollup.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND rollup.time >= %(since)s
    AND rollup.time < %(until)s
    AND rollup.{column} IS NOT NULL
ORDER BY rollup.device_id, date_trunc('day', rollup.time, 'UTC'), rollup.time DESC

-- name: means
-- What an appliance was like on each day; a day stands at its last hour.
SELECT
    rollup.device_id, (extract(EPOCH FROM max(rollup.time)) * 1000000)::bigint AS micros, {means}
FROM {hourly} AS rollup
WHERE rollup.device_id = ANY(%(device_ids)s)
    AND rollup.time >= %(since)s
    AND rollup.time < %(until)s
GROUP BY rollup.device_id, date_trunc('day', rollup.time, 'UTC')
ORDER BY rollup.device_id, micros

-- name: replaced
-- What technicians found at its end and replaced; of several verdicts on a ticket the last counts.
SELECT ticket.device_id, verdict.at, verdict.at
FROM hearthwatch.tickets AS ticket
JOIN LATERAL (
    SELECT given.at, given.finding, given.consumable
    FROM hearthwatch.ticket_verdicts AS given
    WHERE given.ticket_id = ticket.id AND given.at < %(until)s
    ORDER BY given.id DESC
    LIMIT 1
) AS verdict ON verdict.finding = 'replaced' AND verdict.consumable = %(consumable)s
WHERE ticket.device_id BETWEEN %(first_id)s AND %(last_id)s AND verdict.at >= %(since)s
ORDER BY ticket.device_id, verdict.at

-- name: renewed
-- What customers said that they replaced, mostly because we had reminded them.
SELECT device_id, at, at
FROM hearthwatch.replacements
WHERE consumable = %(consumable)s
    AND device_id BETWEEN %(first_id)s AND %(last_id)s
    AND at >= %(since)s
    AND at < %(until)s
ORDER BY device_id, at

-- name: troubled
-- Tickets for problems that a new one cures, unless somebody looked and found nothing.
SELECT ticket.device_id, ticket.opened_at, coalesce(ended.at, %(until)s)
FROM hearthwatch.tickets AS ticket
LEFT JOIN LATERAL (
    SELECT min(change.at) AS at
    FROM hearthwatch.ticket_changes AS change
    WHERE change.ticket_id = ticket.id AND change.at < %(until)s
        AND change.state_after IN ('resolved', 'closed', 'cancelled')
) AS ended ON true
WHERE ticket.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND ticket.problem = ANY(%(problems)s::text[])
    AND ticket.opened_at < %(until)s
    AND coalesce(ended.at, %(until)s) >= %(since)s
    AND NOT EXISTS (
        SELECT FROM hearthwatch.ticket_verdicts AS verdict
        WHERE verdict.ticket_id = ticket.id AND verdict.at < %(until)s
            AND verdict.finding = 'no_fault_found'
    )
ORDER BY ticket.device_id, ticket.opened_at

-- name: reminded
-- Reminders that reached somebody: their key is `consumable:<device>:<consumable>:<installed>`.
SELECT notice.device_id, notice.created_at, notice.created_at
FROM hearthwatch.notices AS notice
WHERE notice.purpose = 'reminders'
    AND notice.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND notice.state IN ('queued', 'sent')
    AND split_part(notice.key, ':', 3) = %(consumable)s
    AND notice.created_at >= %(since)s
    AND notice.created_at < %(until)s
ORDER BY notice.device_id, notice.created_at
