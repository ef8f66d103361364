-- name: of_all
SELECT
    endpoint.name, endpoint.state, endpoint.reason, waiting.number AS waiting,
    coalesce(extract(epoch FROM clock_timestamp() - waiting.since), 0)::double precision
        AS oldest_s,
    CASE
        WHEN endpoint.state = 'active' AND waiting.due_at IS NOT NULL THEN greatest(
            extract(
                epoch FROM clock_timestamp() - greatest(waiting.due_at, endpoint.next_try_at)
            ), 0
        )
        ELSE 0
    END::double precision AS due_s,
    endpoint.failures,
    coalesce(extract(epoch FROM clock_timestamp() - endpoint.failing_since), 0)::double precision
        AS failing_s,
    waiting.abandoned
FROM hearthwatch.webhook_endpoints AS endpoint
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE NOT delivery.abandoned) AS number,
        count(*) FILTER (WHERE delivery.abandoned) AS abandoned,
        min(event.recorded_at) FILTER (WHERE NOT delivery.abandoned) AS since,
        min(delivery.next_try_at) FILTER (
            WHERE NOT delivery.abandoned
            AND NOT EXISTS (
                SELECT FROM hearthwatch.webhook_deliveries AS earlier
                WHERE earlier.endpoint_id = delivery.endpoint_id
                    AND earlier.subject = delivery.subject
                    AND earlier.position < delivery.position
                    AND NOT earlier.abandoned
            )
        ) AS due_at
    FROM hearthwatch.webhook_deliveries AS delivery
    JOIN hearthwatch.events AS event ON event.id = delivery.event_id
    WHERE delivery.endpoint_id = endpoint.id
) AS waiting
ORDER BY endpoint.name

-- name: uncollected
-- Events that are numbered and not yet among the deliveries of an endpoint wait for the room that
-- those leave.
SELECT extract(epoch FROM clock_timestamp() - min(event.recorded_at))::double precision
FROM hearthwatch.events AS event
WHERE event.position IS NULL
    AND EXISTS (SELECT FROM hearthwatch.webhook_endpoints WHERE state = 'active')
HAVING count(*) > 0
