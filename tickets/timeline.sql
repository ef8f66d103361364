-- name: notices
SELECT id, coalesce(settled_at, created_at) AS at, occasion, channel, state
FROM hearthwatch.notices
WHERE ticket_id = %(id)s
