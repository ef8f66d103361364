-- name: of
SELECT device_id, last_reading_at, presence, presence_at
FROM hearthwatch.device_states
WHERE device_id = ANY (%(device_ids)s::integer[])
