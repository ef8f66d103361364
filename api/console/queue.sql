-- name: first_proofs
SELECT DISTINCT ON (proof.ticket_id) proof.ticket_id, change.evidence
FROM hearthwatch.ticket_evidence AS proof
JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
WHERE proof.ticket_id = ANY (%(ids)s::bigint[]) AND change.change IN ('raised', 'joined')
ORDER BY proof.ticket_id, change.at, change.id

-- name: zones
SELECT id, time_zone
FROM hearthwatch.households
WHERE id = ANY (%(ids)s::bigint[])
