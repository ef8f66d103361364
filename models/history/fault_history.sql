-- name: raised
-- How long each code stood raised: until the same code was cleared, at most a day where it never was.
SELECT told.device_id, told.time, coalesce(told.cleared_at, told.time + INTERVAL '1 day')
FROM (
    SELECT
        event.device_id, event.time, event.state,
        min(event.time) FILTER (WHERE event.state = 'cleared') OVER (
            PARTITION BY event.device_id, event.code
            ORDER BY event.time
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS cleared_at
    FROM hearthwatch.fault_events AS event
    JOIN hearthwatch.appliances AS appliance ON appliance.id = event.device_id
    WHERE appliance.type = %(type)s
        AND event.code = ANY (%(codes)s::text[])
        AND event.time >= %(since)s AND event.time < %(until)s
) AS told
WHERE told.state = 'raised'
ORDER BY told.device_id, told.time
