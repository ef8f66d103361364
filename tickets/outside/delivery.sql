-- name: enqueue
-- Puts what endpoints want into their deliveries and moves their cursors, a window at a time.
WITH roomy AS (
    SELECT endpoint.id, endpoint.cursor, endpoint.kinds, endpoint.region
    FROM hearthwatch.webhook_endpoints AS endpoint
    WHERE endpoint.state = 'active'
        AND endpoint.cursor < (SELECT last_position FROM hearthwatch.event_feed)
        AND (
            SELECT count(*) FROM hearthwatch.webhook_deliveries AS waiting
            WHERE waiting.endpoint_id = endpoint.id AND NOT waiting.abandoned
        ) < %(window)s
    FOR UPDATE OF endpoint SKIP LOCKED
), seen AS (
    SELECT roomy.id AS endpoint_id, roomy.kinds, roomy.region AS wanted, event.*
    FROM roomy
    CROSS JOIN LATERAL (
        SELECT id AS event_id, position, kind, subject, region
        FROM hearthwatch.events
        WHERE position > roomy.cursor
        ORDER BY position
        LIMIT %(window)s
    ) AS event
), put AS (
    INSERT INTO hearthwatch.webhook_deliveries (endpoint_id, position, event_id, subject)
    SELECT endpoint_id, position, event_id, subject
    FROM seen
    WHERE subject = 'webhook:' || endpoint_id
        OR (
            (wanted IS NULL OR region = wanted)
            AND (
                kind = ANY (kinds)
                OR split_part(kind, '.', 1) || '.*' = ANY (kinds)
                OR ('*' = ANY (kinds) AND kind NOT LIKE 'webhook.%%')
            )
        )
    ON CONFLICT DO NOTHING
)
UPDATE hearthwatch.webhook_endpoints AS endpoint
SET cursor = reached.position
FROM (
    SELECT endpoint_id, max(position) AS position FROM seen GROUP BY endpoint_id
) AS reached
WHERE endpoint.id = reached.endpoint_id

-- name: claim
-- One endpoint that nobody sends to and that something can be sent to now, the longest due first.
WITH due AS (
    SELECT endpoint.id
    FROM hearthwatch.webhook_endpoints AS endpoint
    WHERE endpoint.state = 'active'
        AND endpoint.leased_until < now()
        AND endpoint.next_try_at <= now()
        AND (endpoint.failures = 0 OR NOT %(sound)s)
        AND EXISTS (
            SELECT FROM hearthwatch.webhook_deliveries AS delivery
            WHERE delivery.endpoint_id = endpoint.id
                AND NOT delivery.abandoned
                AND delivery.next_try_at <= now()
                AND NOT EXISTS (
                    SELECT FROM hearthwatch.webhook_deliveries AS earlier
                    WHERE earlier.endpoint_id = delivery.endpoint_id
                        AND earlier.subject = delivery.subject
                        AND earlier.position < delivery.position
                        AND NOT earlier.abandoned
                )
        )
    ORDER BY endpoint.next_try_at, endpoint.id
    LIMIT 1
    FOR UPDATE OF endpoint SKIP LOCKED
)
UPDATE hearthwatch.webhook_endpoints AS endpoint
SET lease = %(lease)s, leased_until = now() + %(lasting)s::interval
FROM due
WHERE endpoint.id = due.id
RETURNING endpoint.id

-- name: renew
-- The lease goes on if it is still ours and the endpoint is still to be sent to.
UPDATE hearthwatch.webhook_endpoints
SET leased_until = now() + %(lasting)s::interval
WHERE id = %(id)s AND lease = %(lease)s AND state = 'active' AND next_try_at <= now()
RETURNING id

-- name: release
UPDATE hearthwatch.webhook_endpoints
SET leased_until = '-infinity', lease = NULL, next_try_at = greatest(next_try_at, now())
WHERE id = %(id)s AND lease = %(lease)s

-- name: next
SELECT
    delivery.position, delivery.event_id, delivery.attempts, endpoint.failures, endpoint.url,
    endpoint.mapping
FROM hearthwatch.webhook_deliveries AS delivery
JOIN hearthwatch.webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint_id
WHERE delivery.endpoint_id = %(id)s
    AND NOT delivery.abandoned
    AND delivery.next_try_at <= now()
    AND NOT EXISTS (
        SELECT FROM hearthwatch.webhook_deliveries AS earlier
        WHERE earlier.endpoint_id = delivery.endpoint_id
            AND earlier.subject = delivery.subject
            AND earlier.position < delivery.position
            AND NOT earlier.abandoned
    )
ORDER BY delivery.position
LIMIT 1
