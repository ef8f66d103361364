-- name: store
INSERT INTO hearthwatch.device_states AS known (device_id, presence, presence_at)
SELECT DISTINCT ON (device_id) device_id, state, time
FROM unnest(%(device_ids)s::integer[], %(times)s::timestamptz[], %(states)s::text[])
    WITH ORDINALITY AS told (device_id, time, state, position)
ORDER BY device_id, time DESC, position DESC
ON CONFLICT (device_id) DO UPDATE SET
    presence = excluded.presence,
    presence_at = excluded.presence_at
WHERE known.presence_at IS NULL OR known.presence_at <= excluded.presence_at

-- name: unjudged
SELECT state.device_id, state.last_reading_at, state.judged_at
FROM hearthwatch.device_states AS state
JOIN hearthwatch.appliances AS appliance ON appliance.id = state.device_id
WHERE state.last_reading_at > coalesce(state.judged_at, '-infinity')
    AND appliance.type = %(type)s
    AND appliance.retired_at IS NULL
ORDER BY state.device_id
LIMIT %(limit)s

-- name: lock_in_order
-- Ingest locks these rows by device too; the same order keeps the two from blocking each other.
SELECT device_id FROM hearthwatch.device_states
WHERE device_id = ANY (%(device_ids)s::integer[])
ORDER BY device_id
FOR NO KEY UPDATE

-- name: mark_judged
UPDATE hearthwatch.device_states AS state
SET judged_at = told.until
FROM unnest(%(device_ids)s::integer[], %(until)s::timestamptz[]) AS told (device_id, until)
WHERE state.device_id = told.device_id

-- name: last_heard
SELECT state.device_id, state.last_reading_at, state.judged_at
FROM hearthwatch.device_states AS state
JOIN hearthwatch.appliances AS appliance ON appliance.id = state.device_id
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND state.last_reading_at IS NOT NULL
ORDER BY state.device_id
