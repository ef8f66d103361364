-- name: end_others
UPDATE hearthwatch.ownerships AS known
SET until = %(at)s
FROM unnest(%(device_ids)s::integer[], %(household_ids)s::integer[])
    AS told (device_id, household_id)
WHERE known.device_id = told.device_id
    AND known.until IS NULL
    AND known.household_id <> told.household_id
RETURNING known.device_id, known.household_id

-- name: release
UPDATE hearthwatch.ownerships
SET until = %(at)s
WHERE device_id = ANY (%(device_ids)s::integer[]) AND until IS NULL
RETURNING device_id, household_id

-- name: begin
-- A transfer at the very instant of the one before takes its place.
INSERT INTO hearthwatch.ownerships (device_id, household_id, since)
SELECT told.device_id, told.household_id, %(at)s
FROM unnest(%(device_ids)s::integer[], %(household_ids)s::integer[])
    AS told (device_id, household_id)
WHERE NOT EXISTS (
    SELECT FROM hearthwatch.ownerships AS known
    WHERE known.device_id = told.device_id AND known.until IS NULL
)
ORDER BY told.device_id
ON CONFLICT (device_id, since) DO UPDATE SET household_id = excluded.household_id, until = NULL

-- name: households_of
SELECT device_id, household_id FROM hearthwatch.ownerships
WHERE until IS NULL AND device_id = ANY (%(device_ids)s::integer[])

-- name: devices_of
SELECT device_id FROM hearthwatch.ownerships
WHERE until IS NULL AND household_id = %(household_id)s
ORDER BY device_id

-- name: periods
SELECT device_id, household_id, since, until FROM hearthwatch.ownerships
WHERE household_id = %(household_id)s
ORDER BY since, device_id

-- name: since
SELECT since FROM hearthwatch.ownerships
WHERE until IS NULL AND device_id = %(device_id)s AND household_id = %(household_id)s
