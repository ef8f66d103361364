-- name: standings
SELECT device_id, name, firing, turning_since
FROM hearthwatch.signals
WHERE device_id = ANY (%(device_ids)s::integer[]) AND starts_with(name, %(prefix)s)

-- name: keep
INSERT INTO hearthwatch.signals (device_id, name, firing, turning_since)
SELECT device_id, name, firing, since
FROM unnest(
    %(device_ids)s::integer[], %(names)s::text[], %(firing)s::boolean[], %(since)s::timestamptz[]
) AS told (device_id, name, firing, since)
ORDER BY device_id, name
ON CONFLICT (device_id, name) DO UPDATE SET
    firing = excluded.firing,
    turning_since = excluded.turning_since

-- name: forget_quiet
DELETE FROM hearthwatch.signals
WHERE device_id = ANY (%(device_ids)s::integer[]) AND NOT firing AND turning_since IS NULL
