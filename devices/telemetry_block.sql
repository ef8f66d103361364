-- name: stored
-- Positions, from 0, of keys that the table has.
SELECT told.position - 1
FROM unnest(%(device_ids)s::integer[], %(times)s::timestamptz[])
    WITH ORDINALITY AS told (device_id, time, position)
JOIN {table} AS stored ON stored.device_id = told.device_id AND stored.time = told.time
