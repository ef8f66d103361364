-- name: add
INSERT INTO hearthwatch.webhook_endpoints
    (name, url, kinds, region, mapping, secret_sealed, headers_sealed, cursor, created_by)
SELECT
    %(name)s, %(url)s, %(kinds)s::text[], %(region)s, %(mapping)s, %(secret)s, %(headers)s,
    last_position, %(actor)s
FROM hearthwatch.event_feed
ON CONFLICT (name) DO NOTHING
RETURNING id

-- name: list
SELECT
    endpoint.id, endpoint.name, endpoint.url, endpoint.kinds, endpoint.region, endpoint.mapping,
    endpoint.state, endpoint.reason, endpoint.cursor, endpoint.failures, endpoint.failing_since,
    endpoint.created_at, endpoint.created_by, waiting.number AS waiting,
    waiting.abandoned AS abandoned
FROM hearthwatch.webhook_endpoints AS endpoint
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE NOT delivery.abandoned) AS number,
        count(*) FILTER (WHERE delivery.abandoned) AS abandoned
    FROM hearthwatch.webhook_deliveries AS delivery
    WHERE delivery.endpoint_id = endpoint.id
) AS waiting
WHERE (%(id)s::integer IS NULL OR endpoint.id = %(id)s)
    AND (%(region)s::text IS NULL OR endpoint.region = %(region)s)
ORDER BY endpoint.id

-- name: change
-- Switched on again, it is tried at once, and its failures are forgotten.
UPDATE hearthwatch.webhook_endpoints
SET
    url = %(url)s,
    kinds = %(kinds)s::text[],
    mapping = %(mapping)s,
    state = %(state)s,
    reason = CASE WHEN %(state)s = 'active' THEN '' ELSE reason END,
    failures = 0,
    failing_since = NULL,
    next_try_at = now()
WHERE id = %(id)s

-- name: set_headers
UPDATE hearthwatch.webhook_endpoints SET headers_sealed = %(headers)s WHERE id = %(id)s

-- name: rotate
UPDATE hearthwatch.webhook_endpoints
SET
    old_secret_sealed = secret_sealed,
    old_secret_until = now() + %(overlap)s::interval,
    secret_sealed = %(secret)s
WHERE id = %(id)s

-- name: remove
DELETE FROM hearthwatch.webhook_endpoints WHERE id = %(id)s

-- name: rewind
-- What waits from before stays; what lies beyond is looked at anew.
WITH moved AS (
    UPDATE hearthwatch.webhook_endpoints
    SET cursor = %(after)s, next_try_at = now(), failures = 0
    WHERE id = %(id)s
    RETURNING id
)
DELETE FROM hearthwatch.webhook_deliveries AS delivery
USING moved
WHERE delivery.endpoint_id = moved.id AND delivery.position > %(after)s

-- name: attempts
SELECT id, message_id, kind, subject, position, at, took_ms, status, taken, detail
FROM hearthwatch.webhook_attempts
WHERE endpoint_id = %(id)s AND (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: keys
SELECT
    secret_sealed,
    CASE WHEN old_secret_until > now() THEN old_secret_sealed END,
    headers_sealed
FROM hearthwatch.webhook_endpoints
WHERE id = %(id)s
