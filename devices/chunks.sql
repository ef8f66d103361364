-- name: exists
SELECT 1
FROM timescaledb_information.chunks
WHERE hypertable_schema = 'telemetry'
    AND hypertable_name = {name}
    AND range_start <= %(start)s
    AND range_end > %(start)s

-- name: insert
-- No appliance has this number. Another worker may be at it too.
INSERT INTO {table} (device_id, time) VALUES (0, %(start)s) ON CONFLICT DO NOTHING

-- name: delete
DELETE FROM {table} WHERE device_id = 0 AND time = %(start)s
