-- name: forget_attempts
DELETE FROM hearthwatch.webhook_attempts
WHERE id IN (
    SELECT id FROM hearthwatch.webhook_attempts
    WHERE at < now() - %(kept)s::interval
    ORDER BY at
    LIMIT %(limit)s
)

-- name: forget_requests
DELETE FROM hearthwatch.inbound_requests
WHERE (actor, key) IN (
    SELECT actor, key FROM hearthwatch.inbound_requests
    WHERE at < now() - %(kept)s::interval
    ORDER BY at
    LIMIT %(limit)s
)
