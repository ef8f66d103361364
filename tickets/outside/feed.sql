-- name: number
-- Gives positions to what was committed since, in order of writing.
WITH fresh AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM hearthwatch.events
    WHERE position IS NULL
), feed AS (
    UPDATE hearthwatch.event_feed
    SET last_position = last_position + (SELECT count(*) FROM fresh)
    WHERE EXISTS (SELECT FROM fresh)
    RETURNING last_position - (SELECT count(*) FROM fresh) AS before
)
UPDATE hearthwatch.events AS event
SET position = feed.before + fresh.place
FROM fresh, feed
WHERE event.id = fresh.id

-- name: bounds
SELECT last_position, forgotten_position FROM hearthwatch.event_feed

-- name: read
SELECT id, position, at, recorded_at, kind, subject, trace, region, facts
FROM hearthwatch.events
WHERE position > %(after)s
    AND (%(region)s::text IS NULL OR region = %(region)s)
    AND (
        '*' = ANY (%(kinds)s::text[])
        OR kind = ANY (%(kinds)s::text[])
        OR split_part(kind, '.', 1) || '.*' = ANY (%(kinds)s::text[])
    )
ORDER BY position
LIMIT %(limit)s

-- name: by_id
SELECT id, position, at, recorded_at, kind, subject, trace, region, facts
FROM hearthwatch.events
WHERE id = %(id)s

-- name: forget
-- The oldest first and without a gap: whoever reads on learns how far they are gone.
WITH old AS (
    DELETE FROM hearthwatch.events
    WHERE id IN (
        SELECT id
        FROM hearthwatch.events
        WHERE position IS NOT NULL
            AND position < (
                SELECT coalesce(min(position), 9223372036854775807)
                FROM hearthwatch.events
                WHERE position IS NOT NULL AND recorded_at >= now() - %(kept)s::interval
            )
        ORDER BY position
        LIMIT %(limit)s
    )
    RETURNING position
), feed AS (
    UPDATE hearthwatch.event_feed
    SET forgotten_position = (SELECT max(position) FROM old)
    WHERE EXISTS (SELECT FROM old)
)
SELECT count(*) FROM old
