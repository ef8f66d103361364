-- name: of
SELECT severity, safety, at_stake FROM hearthwatch.tickets WHERE id = %(id)s

-- name: merged_into
SELECT severity, safety, at_stake FROM hearthwatch.tickets WHERE merged_into = %(id)s

-- name: kept
-- All merges into a ticket that stand together have kept the same.
SELECT moved -> 'before'
FROM hearthwatch.ticket_merges
WHERE into_id = %(id)s AND undone_at IS NULL AND moved ? 'before'
ORDER BY id
LIMIT 1

-- name: marks
SELECT
    (SELECT coalesce(max(id), 0) FROM hearthwatch.alert_changes),
    (SELECT coalesce(max(id), 0) FROM hearthwatch.interactions),
    (SELECT coalesce(max(id), 0) FROM hearthwatch.events)

-- name: move_since
-- What was found since of the problem of a ticket, or of those that were merged into it.
WITH RECURSIVE kin AS (
    SELECT id, device_id, problem FROM hearthwatch.tickets WHERE id = %(one)s
    UNION
    SELECT gone.id, gone.device_id, gone.problem
    FROM kin
    JOIN hearthwatch.tickets AS gone ON gone.merged_into = kin.id
)
UPDATE hearthwatch.ticket_evidence AS proof
SET ticket_id = %(one)s
FROM hearthwatch.alert_changes AS change
JOIN hearthwatch.alerts AS alert ON alert.id = change.alert_id
WHERE proof.ticket_id = %(other)s
    AND proof.alert_change_id > %(change)s
    AND change.id = proof.alert_change_id
    AND (alert.device_id, alert.problem) IN (SELECT device_id, problem FROM kin)

-- name: since
-- A customer's word joins a ticket as an event that names the problem; findings do so too, hence
-- only where somebody has got in touch since.
WITH RECURSIVE kin AS (
    SELECT id, device_id, problem FROM hearthwatch.tickets WHERE id = %(id)s
    UNION
    SELECT gone.id, gone.device_id, gone.problem
    FROM kin
    JOIN hearthwatch.tickets AS gone ON gone.merged_into = kin.id
)
SELECT appliance.type, alert.problem, change.severity, change.evidence ->> 'code' AS code
FROM hearthwatch.ticket_evidence AS proof
JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
JOIN hearthwatch.alerts AS alert ON alert.id = change.alert_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
WHERE proof.ticket_id = %(id)s
    AND proof.alert_change_id > %(change)s
    AND change.change IN ('raised', 'joined')
UNION ALL
SELECT DISTINCT appliance.type, kin.problem, NULL, NULL
FROM hearthwatch.events AS told
JOIN hearthwatch.appliances AS appliance ON appliance.serial = told.facts ->> 'serial'
JOIN kin ON kin.device_id = appliance.id AND kin.problem = told.facts ->> 'problem'
WHERE told.subject = %(subject)s
    AND told.id > %(event)s
    AND told.kind = 'ticket.joined'
    AND EXISTS (
        SELECT FROM hearthwatch.interactions AS said
        WHERE said.ticket_id = %(told_to)s
            AND said.id > %(interaction)s
            AND said.direction = 'inbound'
    )

-- name: keep
UPDATE hearthwatch.tickets
SET severity = %(severity)s, safety = %(safety)s, at_stake = %(at_stake)s
WHERE id = %(id)s
