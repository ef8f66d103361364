-- name: hold_devices
-- Whoever writes these rows in more than one statement locks them all first, in one order.
SELECT device_id FROM hearthwatch.device_states
WHERE device_id = ANY (%(device_ids)s::integer[])
ORDER BY device_id
FOR NO KEY UPDATE

-- name: stored
-- Positions, from 0, of keys that the table has.
SELECT told.position - 1
FROM unnest(%(device_ids)s::integer[], %(times)s::timestamptz[])
    WITH ORDINALITY AS told (device_id, time, position)
JOIN {table} AS stored ON stored.device_id = told.device_id AND stored.time = told.time

-- name: advance_devices
-- In the order of devices, as every other writer of these rows.
INSERT INTO hearthwatch.device_states AS known (device_id, last_reading_at)
SELECT device_id, time
FROM unnest(%(device_ids)s::integer[], %(times)s::timestamptz[]) AS told (device_id, time)
ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET
    last_reading_at = greatest(known.last_reading_at, excluded.last_reading_at)

-- name: hold_stale_hours
-- How many of these hours are stale already; they stay so until the caller commits, for a refresh
-- passes over what is locked. Cheaper than to write them again.
SELECT count(*) FROM (
    SELECT FROM unnest(%(device_ids)s::integer[], %(hours)s::timestamptz[])
        AS told (device_id, hour)
    JOIN hearthwatch.stale_hours AS stale
        ON stale.type = %(type)s AND stale.hour = told.hour AND stale.device_id = told.device_id
    ORDER BY stale.hour, stale.device_id
    FOR NO KEY UPDATE OF stale
) AS held

-- name: mark_stale_hours
-- An hour that is stale already is locked all the same: see telemetry.sql.
INSERT INTO hearthwatch.stale_hours (type, device_id, hour)
SELECT %(type)s, device_id, hour
FROM unnest(%(device_ids)s::integer[], %(hours)s::timestamptz[]) AS told (device_id, hour)
ORDER BY hour, device_id
ON CONFLICT (type, hour, device_id) DO UPDATE SET hour = excluded.hour
