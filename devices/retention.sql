-- name: types
-- Also those that the catalogue no longer has.
SELECT DISTINCT type FROM hearthwatch.telemetry_columns ORDER BY type

-- name: tables
-- A type that left the catalogue before days were packed has none of those.
SELECT table_name FROM information_schema.tables WHERE table_schema = 'telemetry'

-- name: be_patient
-- A chunk goes when nobody reads it; whoever comes meanwhile waits too, so not for long.
SELECT set_config('lock_timeout', '5s', true)

-- name: drop_chunks
SELECT drop_chunks({name}::regclass, older_than => %(before)s::timestamptz)

-- name: delete
-- Device by device along the primary key: a table that holds nothing old is not read.
WITH old AS (
    SELECT reading.device_id, reading.time
    FROM hearthwatch.appliances AS appliance
    CROSS JOIN LATERAL (
        SELECT device_id, time
        FROM {table} AS stored
        WHERE stored.device_id = appliance.id AND stored.time < %(before)s
        LIMIT %(limit)s
    ) AS reading
    WHERE appliance.type = %(type)s
    LIMIT %(limit)s
)
DELETE FROM {table} AS kept
USING old
WHERE kept.device_id = old.device_id AND kept.time = old.time

-- name: delete_dead_letters
DELETE FROM hearthwatch.dead_letters
WHERE id IN (
    SELECT id
    FROM hearthwatch.dead_letters
    WHERE received_at < now() - %(kept)s::interval
    ORDER BY id
    LIMIT %(limit)s
)
