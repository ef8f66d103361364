-- name: advance
-- Counts are added; a worker that has stored no reading yet has no event time and holds nobody up.
INSERT INTO hearthwatch.ingest_progress AS known
    (worker, event_at, received, stored, duplicates, dead_lettered, partial, readings)
VALUES (
    %(worker)s, %(event_at)s, %(received)s, %(stored)s, %(duplicates)s, %(dead_lettered)s,
    %(partial)s, %(readings)s
)
ON CONFLICT (worker) DO UPDATE SET
    event_at = greatest(known.event_at, excluded.event_at),
    received = known.received + excluded.received,
    stored = known.stored + excluded.stored,
    duplicates = known.duplicates + excluded.duplicates,
    dead_lettered = known.dead_lettered + excluded.dead_lettered,
    partial = known.partial + excluded.partial,
    readings = known.readings + excluded.readings,
    updated_at = clock_timestamp()

-- name: current
-- A worker that has said nothing for a minute holds nobody up.
SELECT coalesce(
    min(event_at) FILTER (WHERE updated_at > now() - INTERVAL '1 minute'),
    max(event_at)
)
FROM hearthwatch.ingest_progress

-- name: tally
SELECT
    coalesce(sum(received), 0)::bigint AS received,
    coalesce(sum(stored), 0)::bigint AS stored,
    coalesce(sum(duplicates), 0)::bigint AS duplicates,
    coalesce(sum(dead_lettered), 0)::bigint AS dead_lettered,
    coalesce(sum(partial), 0)::bigint AS partial,
    coalesce(sum(readings), 0)::bigint AS readings
FROM hearthwatch.ingest_progress

-- name: workers
SELECT worker FROM hearthwatch.ingest_progress WHERE updated_at > %(since)s ORDER BY worker
