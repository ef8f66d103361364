-- name: reached
SELECT since, until, device_id FROM hearthwatch.packed_days WHERE type = %(type)s

-- name: remember
INSERT INTO hearthwatch.packed_days (type, since, until, device_id)
VALUES (%(type)s, %(since)s, %(until)s, %(device_id)s)
ON CONFLICT (type) DO UPDATE
SET since = excluded.since, until = excluded.until, device_id = excluded.device_id

-- name: unpack
-- All in the order of the key, as every writer locks; a device may have been silent until now.
INSERT INTO {daily} AS day (device_id, time)
SELECT DISTINCT changed.device_id, date_trunc('day', changed.hour, 'UTC')
FROM unnest(%(device_ids)s::integer[], %(hours)s::timestamptz[]) AS changed (device_id, hour)
JOIN hearthwatch.packed_days AS kept
    ON changed.hour >= kept.since
    AND (date_trunc('day', changed.hour, 'UTC'), changed.device_id) <= (kept.until, kept.device_id)
WHERE kept.type = %(type)s
ORDER BY 1, 2
ON CONFLICT (device_id, time) DO UPDATE SET hours = NULL
WHERE day.hours IS NOT NULL

-- name: changed
SELECT device_id, time FROM {daily} WHERE hours IS NULL AND time >= %(since)s LIMIT %(limit)s

-- name: next_devices
SELECT id
FROM hearthwatch.appliances
WHERE type = %(type)s AND id > %(device_id)s
ORDER BY id
LIMIT %(limit)s

-- name: clear
-- Days that are about to be packed anew, and all that are too old.
DELETE FROM {daily} AS day
USING unnest(%(device_ids)s::integer[], %(days)s::timestamptz[]) AS told (device_id, time)
WHERE day.device_id = told.device_id AND (day.time = told.time OR day.time < %(since)s)

-- name: metrics
-- Also those that the catalogue no longer has: it may have them again.
SELECT metric FROM hearthwatch.telemetry_columns WHERE type = %(type)s ORDER BY metric
