-- name: sample
-- The same appliances as long as they are in service.
SELECT id
FROM hearthwatch.appliances
WHERE type = %(type)s AND retired_at IS NULL
ORDER BY md5(id::text)
LIMIT %(most)s
