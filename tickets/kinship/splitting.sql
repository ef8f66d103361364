-- name: seen
SELECT change.severity, alert.trace
FROM hearthwatch.alert_changes AS change
JOIN hearthwatch.alerts AS alert ON alert.id = change.alert_id
WHERE change.id = ANY (%(ids)s::bigint[])
ORDER BY change.at, change.id

-- name: inherit
-- The appliance may have another owner by now, who is not told of what was before.
UPDATE hearthwatch.tickets
SET household_id = %(household_id)s, parent_id = %(parent_id)s
WHERE id = %(id)s

-- name: left
SELECT change.severity
FROM hearthwatch.ticket_evidence AS proof
JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
WHERE proof.ticket_id = %(id)s AND change.change IN ('raised', 'joined')

-- name: reckon
UPDATE hearthwatch.tickets
SET
    severity = %(severity)s,
    safety = %(safety)s,
    at_stake = %(at_stake)s,
    changed_at = %(at)s,
    version = version + 1
WHERE id = %(id)s
