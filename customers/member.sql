-- name: record
INSERT INTO hearthwatch.members (contact_id, role)
SELECT contact_id, role
FROM unnest(%(contact_ids)s::integer[], %(roles)s::text[]) AS told (contact_id, role)
ORDER BY contact_id
ON CONFLICT (contact_id) DO UPDATE SET role = excluded.role

-- name: of
SELECT contact_id, role FROM hearthwatch.members
WHERE contact_id = ANY (%(contact_ids)s::integer[])
