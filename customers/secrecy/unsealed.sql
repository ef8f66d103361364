-- name: households
SELECT id, coalesce(name, ''), coalesce(address, '')
FROM hearthwatch.households
WHERE name IS NOT NULL OR address IS NOT NULL
ORDER BY id
LIMIT %(limit)s
FOR UPDATE

-- name: contacts
SELECT id, coalesce(name, ''), phone, email
FROM hearthwatch.contacts
WHERE name IS NOT NULL OR phone IS NOT NULL OR email IS NOT NULL
ORDER BY id
LIMIT %(limit)s
FOR UPDATE

-- name: notices
SELECT id, contact_id, subject, body
FROM hearthwatch.notices
WHERE subject IS NOT NULL OR body IS NOT NULL
ORDER BY id
LIMIT %(limit)s
FOR UPDATE

-- name: put_notices
UPDATE hearthwatch.notices AS notice
SET subject = NULL, subject_sealed = told.subject, body = NULL, body_sealed = told.body
FROM unnest(%(ids)s::bigint[], %(subjects)s::bytea[], %(bodies)s::bytea[])
    AS told (id, subject, body)
WHERE notice.id = told.id
