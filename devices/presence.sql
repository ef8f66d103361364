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
WHERE state.waiting
    AND state.last_reading_at IS NOT NULL
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
-- If ingest took a device back meanwhile, it stays taken back.
UPDATE hearthwatch.device_states AS state SET
    judged_at = CASE
        WHEN state.judged_at IS DISTINCT FROM told.since THEN state.judged_at
        ELSE told.until
    END,
    waiting = state.judged_at IS DISTINCT FROM told.since OR state.last_reading_at > told.until,
    attentive = told.attentive
FROM unnest(
    %(device_ids)s::integer[], %(since)s::timestamptz[], %(until)s::timestamptz[],
    %(attentive)s::boolean[]
) AS told (device_id, since, until, attentive)
WHERE state.device_id = told.device_id

-- name: last_heard
SELECT state.device_id, state.last_reading_at, state.judged_at
FROM hearthwatch.device_states AS state
JOIN hearthwatch.appliances AS appliance ON appliance.id = state.device_id
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND state.last_reading_at IS NOT NULL
ORDER BY state.device_id
