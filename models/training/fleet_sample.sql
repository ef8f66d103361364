-- name: members
SELECT id
FROM hearthwatch.appliances
WHERE type = %(type)s AND retired_at IS NULL
ORDER BY id
