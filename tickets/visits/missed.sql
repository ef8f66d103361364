-- name: planned
SELECT * FROM hearthwatch.visit_overview
WHERE ticket_id = ANY (%(ticket_ids)s::bigint[]) AND state = 'planned'
ORDER BY id
