-- name: add
INSERT INTO hearthwatch.users (name, password_hash, role, region)
VALUES (%(name)s, %(hash)s, %(role)s, %(region)s)
ON CONFLICT (name) DO UPDATE SET
    password_hash = excluded.password_hash,
    role = excluded.role,
    region = excluded.region,
    disabled_at = NULL

-- name: disable
UPDATE hearthwatch.users SET disabled_at = %(at)s WHERE name = %(name)s

-- name: find
SELECT name, password_hash, role, region, disabled_at
FROM hearthwatch.users
WHERE name = %(name)s

-- name: technicians
SELECT name
FROM hearthwatch.users
WHERE role = 'technician' AND disabled_at IS NULL AND (region IS NULL OR region = %(region)s)
ORDER BY name

-- name: any
SELECT true FROM hearthwatch.users WHERE disabled_at IS NULL LIMIT 1
