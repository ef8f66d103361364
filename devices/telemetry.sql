-- name: make_staging
CREATE TEMPORARY TABLE staged ON COMMIT DROP AS
SELECT 0 AS position, readings.* FROM {table} AS readings WITH NO DATA

-- name: insert_staged
-- The first of several readings with one key is kept; what is stored already stays. Returns the
-- positions of readings that were left out.
WITH inserted AS (
    INSERT INTO {table} (device_id, time, {columns})
    SELECT DISTINCT ON (device_id, time) device_id, time, {columns}
    FROM pg_temp.staged
    ORDER BY device_id, time, position
    ON CONFLICT (device_id, time) DO NOTHING
    RETURNING device_id, time
)
SELECT position
FROM (
    SELECT
        staged.position,
        inserted.device_id IS NULL OR lag(staged.position) OVER same_key IS NOT NULL AS left_out
    FROM pg_temp.staged AS staged
    LEFT JOIN inserted USING (device_id, time)
    WINDOW same_key AS (PARTITION BY staged.device_id, staged.time ORDER BY staged.position)
) AS judged
WHERE left_out
ORDER BY position

-- name: conflicting
-- Positions of staged readings whose key is stored with other values.
SELECT staged.position
FROM pg_temp.staged AS staged
JOIN {table} AS stored USING (device_id, time)
WHERE ({stored}) IS DISTINCT FROM ({staged})
ORDER BY staged.position

-- name: advance_devices
-- Nobody has looked at these readings: all that are not late are to be judged.
INSERT INTO hearthwatch.device_states AS known (device_id, last_reading_at, waiting)
SELECT device_id, max(time), true FROM pg_temp.staged GROUP BY device_id ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET
    last_reading_at = greatest(known.last_reading_at, excluded.last_reading_at),
    waiting = known.waiting
        OR excluded.last_reading_at > coalesce(known.judged_at, '-infinity')

-- name: mark_stale_hours
-- An hour that is stale already is locked all the same, so that a refresh that runs now leaves it
-- until these readings are committed.
INSERT INTO hearthwatch.stale_hours (type, device_id, hour)
SELECT DISTINCT %(type)s, device_id, date_trunc('hour', time) AS hour
FROM pg_temp.staged
ORDER BY hour, device_id
ON CONFLICT (type, hour, device_id) DO UPDATE SET hour = excluded.hour

-- name: after
SELECT reading.device_id, reading.time, {columns}
FROM unnest(%(device_ids)s::integer[], %(since)s::timestamptz[]) AS asked (device_id, since)
JOIN {table} AS reading
    ON reading.device_id = asked.device_id
    AND reading.time > asked.since
    AND reading.time <= %(until)s
ORDER BY reading.device_id, reading.time

-- name: between
SELECT reading.device_id, reading.time, {columns}
FROM {table} AS reading
WHERE reading.device_id = %(device_id)s AND reading.time >= %(start)s AND reading.time < %(end)s
ORDER BY reading.time
LIMIT %(limit)s

-- name: last_before
SELECT reading.device_id, reading.time, {columns}
FROM {table} AS reading
WHERE reading.device_id = %(device_id)s AND reading.time <= %(at)s
ORDER BY reading.time DESC
LIMIT 1

-- name: newest
-- The time of the newest one is known, so that each device costs one look into one chunk.
SELECT appliance.id, reading.time, {columns}
FROM hearthwatch.appliances AS appliance
JOIN hearthwatch.device_states AS state ON state.device_id = appliance.id
CROSS JOIN LATERAL (
    SELECT *
    FROM {table} AS stored
    WHERE stored.device_id = state.device_id AND stored.time = state.last_reading_at
    LIMIT 1
) AS reading
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
    AND appliance.id > %(after_id)s
ORDER BY appliance.id
LIMIT %(limit)s
