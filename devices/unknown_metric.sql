-- name: store
INSERT INTO hearthwatch.unknown_metrics (device_id, time, values)
SELECT DISTINCT ON (device_id, time) device_id, time, values::jsonb
FROM unnest(%(device_ids)s::integer[], %(times)s::timestamptz[], %(values)s::text[])
    AS told (device_id, time, values)
ORDER BY device_id, time
ON CONFLICT (device_id, time) DO NOTHING
