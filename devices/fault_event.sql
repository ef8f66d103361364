-- name: store
INSERT INTO hearthwatch.fault_events (device_id, time, code, state)
SELECT device_id, time, code, state
FROM unnest(
    %(device_ids)s::integer[], %(times)s::timestamptz[], %(codes)s::text[], %(states)s::text[]
) AS told (device_id, time, code, state)
ON CONFLICT (device_id, time, code, state) DO NOTHING

-- name: claim_unjudged
WITH claimed AS (
    UPDATE hearthwatch.fault_events
    SET judged = true
    WHERE id IN (
        SELECT id FROM hearthwatch.fault_events
        WHERE NOT judged
        ORDER BY id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, device_id, time, code, state
)
SELECT
    claimed.id, claimed.device_id, claimed.time, claimed.code, claimed.state, appliance.type,
    EXISTS (
        SELECT FROM hearthwatch.fault_events AS later
        WHERE later.device_id = claimed.device_id
            AND later.code = claimed.code
            AND later.time > claimed.time
            AND later.judged
    ) AS overtaken
FROM claimed
JOIN hearthwatch.appliances AS appliance ON appliance.id = claimed.device_id
WHERE appliance.retired_at IS NULL
ORDER BY claimed.time, claimed.id

-- name: of_device
SELECT device_id, time, code, state
FROM hearthwatch.fault_events
WHERE device_id = %(device_id)s AND time >= %(start)s AND time < %(end)s
ORDER BY time, id
