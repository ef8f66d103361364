-- name: store
INSERT INTO hearthwatch.dead_letters (topic, payload, payload_bytes, reason, detail)
SELECT topic, payload, size, reason, detail
FROM unnest(
    %(topics)s::text[], %(payloads)s::bytea[], %(sizes)s::integer[], %(reasons)s::text[],
    %(details)s::text[]
) AS told (topic, payload, size, reason, detail)

-- name: waiting
SELECT id, received_at, topic, payload, payload_bytes, reason, detail, replayed_at
FROM hearthwatch.dead_letters
WHERE replayed_at IS NULL
    AND id > %(after_id)s
    AND (%(reason)s::text IS NULL OR reason = %(reason)s)
ORDER BY id
LIMIT %(limit)s

-- name: mark_replayed
UPDATE hearthwatch.dead_letters SET replayed_at = now() WHERE id = ANY (%(ids)s::bigint[])

-- name: counts
SELECT reason, count(*) FROM hearthwatch.dead_letters WHERE replayed_at IS NULL GROUP BY reason
