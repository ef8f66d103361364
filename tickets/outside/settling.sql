-- name: note
INSERT INTO hearthwatch.webhook_attempts
    (endpoint_id, message_id, kind, subject, position, took_ms, status, taken, detail)
VALUES (
    %(id)s, %(message_id)s, %(kind)s, %(subject)s, %(position)s, %(took_ms)s, %(status)s,
    %(taken)s, %(detail)s
)

-- name: taken
WITH gone AS (
    DELETE FROM hearthwatch.webhook_deliveries
    WHERE endpoint_id = %(id)s AND position = %(position)s
)
UPDATE hearthwatch.webhook_endpoints
SET failures = 0, failing_since = NULL
WHERE id = %(id)s

-- name: failed
-- The delivery waits, and the whole endpoint for a moment. What was refused for too long while
-- others were taken is given up.
WITH tried AS (
    UPDATE hearthwatch.webhook_deliveries AS delivery
    SET
        attempts = delivery.attempts + 1,
        first_tried_at = coalesce(delivery.first_tried_at, now()),
        next_try_at = now() + %(pause)s::interval,
        abandoned = coalesce(delivery.first_tried_at < now() - %(patience)s::interval, false)
    WHERE delivery.endpoint_id = %(id)s AND delivery.position = %(position)s
    RETURNING delivery.abandoned
)
UPDATE hearthwatch.webhook_endpoints AS endpoint
SET
    failures = endpoint.failures + 1,
    failing_since = coalesce(endpoint.failing_since, now()),
    next_try_at = now() + %(rest)s::interval
WHERE endpoint.id = %(id)s
RETURNING
    endpoint.failures,
    endpoint.failing_since < now() - %(patience)s::interval,
    coalesce((SELECT abandoned FROM tried), false)

-- name: disable
UPDATE hearthwatch.webhook_endpoints
SET state = 'disabled', reason = %(reason)s
WHERE id = %(id)s AND state = 'active'
RETURNING coalesce(region, '')

-- name: hold
SELECT id FROM hearthwatch.webhook_endpoints
WHERE id = %(id)s AND lease = %(lease)s
FOR UPDATE
