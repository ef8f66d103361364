-- name: hold
-- Nobody changes the ticket between our look and our change.
SELECT id FROM hearthwatch.tickets WHERE id = %(id)s FOR UPDATE

-- name: by_trace
SELECT id FROM hearthwatch.tickets WHERE trace = %(trace)s ORDER BY id DESC LIMIT 1
