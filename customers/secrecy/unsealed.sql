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

-- name: steps
-- Notes of the house itself are words of ours, and those on a ticket of nobody are nobody's.
SELECT change.id, ticket.household_id, change.note
FROM hearthwatch.ticket_changes AS change
JOIN hearthwatch.tickets AS ticket ON ticket.id = change.ticket_id
WHERE change.note <> ''
    AND change.actor <> 'hearthwatch'
    AND change.note_sealed IS NULL
    AND ticket.household_id IS NOT NULL
ORDER BY change.id
LIMIT %(limit)s
FOR UPDATE OF change

-- name: put_steps
UPDATE hearthwatch.ticket_changes AS change
SET note = '', note_sealed = told.note
FROM unnest(%(ids)s::bigint[], %(notes)s::bytea[]) AS told (id, note)
WHERE change.id = told.id

-- name: verdicts
SELECT given.id, ticket.household_id, given.note
FROM hearthwatch.ticket_verdicts AS given
JOIN hearthwatch.tickets AS ticket ON ticket.id = given.ticket_id
WHERE given.note <> '' AND given.note_sealed IS NULL AND ticket.household_id IS NOT NULL
ORDER BY given.id
LIMIT %(limit)s
FOR UPDATE OF given

-- name: put_verdicts
UPDATE hearthwatch.ticket_verdicts AS given
SET note = '', note_sealed = told.note
FROM unnest(%(ids)s::bigint[], %(notes)s::bytea[]) AS told (id, note)
WHERE given.id = told.id
