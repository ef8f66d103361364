-- name: of_holders
WITH RECURSIVE held AS (
    SELECT owner AS holder, owner, id, master, wrapped
    FROM hearthwatch_keys.data_keys
    WHERE owner = ANY (%(holders)s::text[])
    UNION
    SELECT held.holder, key.owner, key.id, key.master, key.wrapped
    FROM held
    JOIN hearthwatch_keys.data_keys AS key
        ON key.held_by = held.owner AND key.held_by <> key.owner
)
SELECT holder, id, owner, master, wrapped FROM held

-- name: strange
SELECT master FROM hearthwatch_keys.data_keys
WHERE wrapped IS NOT NULL AND master <> ALL (%(masters)s::text[])
LIMIT 1

-- name: make
INSERT INTO hearthwatch_keys.data_keys (id, owner, held_by, master, wrapped)
SELECT id, owner, owner, master, wrapped
FROM unnest(%(ids)s::uuid[], %(owners)s::text[], %(masters)s::text[], %(wrapped)s::bytea[])
    AS made (id, owner, master, wrapped)
ORDER BY owner
ON CONFLICT (owner) DO NOTHING

-- name: wrapped_by_others
SELECT owner AS holder, id, owner, master, wrapped
FROM hearthwatch_keys.data_keys
WHERE wrapped IS NOT NULL AND master <> %(master)s
ORDER BY id
LIMIT %(limit)s
FOR UPDATE

-- name: rewrap
UPDATE hearthwatch_keys.data_keys AS key
SET master = fresh.master, wrapped = fresh.wrapped
FROM unnest(%(ids)s::uuid[], %(masters)s::text[], %(wrapped)s::bytea[])
    AS fresh (id, master, wrapped)
WHERE key.id = fresh.id

-- name: masters
SELECT master, count(*) FROM hearthwatch_keys.data_keys
WHERE wrapped IS NOT NULL
GROUP BY master
ORDER BY master

-- name: destroy
WITH RECURSIVE held AS (
    SELECT owner FROM hearthwatch_keys.data_keys WHERE owner = ANY (%(holders)s::text[])
    UNION
    SELECT key.owner
    FROM held
    JOIN hearthwatch_keys.data_keys AS key
        ON key.held_by = held.owner AND key.held_by <> key.owner
)
UPDATE hearthwatch_keys.data_keys AS key
SET wrapped = NULL, destroyed_at = coalesce(destroyed_at, %(at)s)
FROM held
WHERE key.owner = held.owner
RETURNING key.id

-- name: owners_of
SELECT owner FROM hearthwatch_keys.data_keys
WHERE id = ANY (%(ids)s::uuid[])
ORDER BY owner

-- name: hand_over
UPDATE hearthwatch_keys.data_keys
SET held_by = %(holder)s
WHERE owner = %(owner)s

-- name: copy
SELECT
    id, owner, held_by, master, encode(wrapped, 'base64') AS wrapped, made_at::text,
    destroyed_at::text
FROM hearthwatch_keys.data_keys
ORDER BY owner

-- name: load
INSERT INTO hearthwatch_keys.data_keys AS known
    (id, owner, held_by, master, wrapped, made_at, destroyed_at)
SELECT id, owner, held_by, master, decode(wrapped, 'base64'), made_at, destroyed_at
FROM jsonb_to_recordset(%(keys)s) AS copied (
    id uuid, owner text, held_by text, master text, wrapped text, made_at timestamptz,
    destroyed_at timestamptz
)
ON CONFLICT (owner) DO UPDATE SET
    held_by = excluded.held_by,
    wrapped = CASE WHEN excluded.destroyed_at IS NULL THEN known.wrapped END,
    destroyed_at = coalesce(known.destroyed_at, excluded.destroyed_at)
WHERE known.id = excluded.id
