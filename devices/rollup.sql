-- name: claim
-- A statement of its own: the computation after it must see what was committed before the claim.
DELETE FROM hearthwatch.stale_hours
WHERE (type, hour, device_id) IN (
    SELECT type, hour, device_id
    FROM hearthwatch.stale_hours
    WHERE type = %(type)s AND hour <= %(until)s::timestamptz - INTERVAL '1 hour'
    ORDER BY hour, device_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING device_id, hour

-- name: compute
-- Readings never change, so an hour is known from no fewer than before; where it is, the others
-- were too old to be kept, and what was made of them stays.
INSERT INTO {hourly} AS known (device_id, time, {columns})
SELECT claimed.device_id, claimed.hour, {statistics}
FROM unnest(%(device_ids)s::integer[], %(hours)s::timestamptz[]) AS claimed (device_id, hour)
JOIN {table} AS reading
    ON reading.device_id = claimed.device_id
    AND reading.time >= claimed.hour
    AND reading.time < claimed.hour + INTERVAL '1 hour'
    -- Said once more with all hours, so that only their chunks are looked into.
    AND reading.time >= %(first)s
    AND reading.time < %(last)s::timestamptz + INTERVAL '1 hour'
GROUP BY claimed.device_id, claimed.hour
ON CONFLICT (device_id, time) DO UPDATE SET {updates}
WHERE {fresh} >= {known}

-- name: window
SELECT rollup.device_id, rollup.time, {columns}
FROM {hourly} AS rollup
JOIN hearthwatch.appliances AS appliance ON appliance.id = rollup.device_id
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND rollup.time >= %(start)s
    AND rollup.time < %(end)s
    AND (%(device_ids)s::integer[] IS NULL OR rollup.device_id = ANY (%(device_ids)s))
ORDER BY rollup.device_id, rollup.time

-- name: complete_until
SELECT min(hour) FROM hearthwatch.stale_hours WHERE type = %(type)s AND hour >= %(since)s
