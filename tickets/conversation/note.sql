-- name: add
INSERT INTO hearthwatch.ticket_notes (ticket_id, household_id, at, actor, text_sealed)
VALUES (%(ticket_id)s, %(household_id)s, %(at)s, %(actor)s, %(text_sealed)s)
RETURNING id

-- name: of_ticket
SELECT id, at, actor, household_id, text_sealed
FROM hearthwatch.ticket_notes
WHERE ticket_id = %(ticket_id)s
ORDER BY at, id
