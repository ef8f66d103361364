-- name: add
INSERT INTO hearthwatch.api_keys (name, hash, role, region, created_at, created_by, expires_at)
VALUES (%(name)s, %(hash)s, %(role)s, %(region)s, %(at)s, %(by)s, %(expires_at)s)
ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
RETURNING id

-- name: list
SELECT id, name, role, region, created_at, created_by, expires_at, last_used_at, revoked_at
FROM hearthwatch.api_keys
ORDER BY revoked_at IS NOT NULL, name, id DESC

-- name: find
SELECT id, name, role, region, last_used_at
FROM hearthwatch.api_keys
WHERE hash = %(hash)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(at)s)

-- name: used
UPDATE hearthwatch.api_keys SET last_used_at = %(at)s WHERE id = %(id)s

-- name: revoke
UPDATE hearthwatch.api_keys SET revoked_at = %(at)s
WHERE name = %(name)s AND revoked_at IS NULL
RETURNING id
