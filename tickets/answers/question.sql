-- name: ask
INSERT INTO hearthwatch.questions (ticket_id, household_id, asked_by, asked_at, words_sealed)
VALUES (%(ticket_id)s, %(household_id)s, %(actor)s, %(at)s, %(words)s)
RETURNING id

-- name: of_ticket
SELECT id, ticket_id, household_id, asked_by, asked_at, words_sealed, answered_at
FROM hearthwatch.questions
WHERE ticket_id = %(ticket_id)s
ORDER BY id

-- name: settle
UPDATE hearthwatch.questions SET answered_at = %(at)s
WHERE ticket_id = %(ticket_id)s AND answered_at IS NULL

-- name: answered
UPDATE hearthwatch.questions SET answered_at = %(at)s
WHERE ticket_id = %(ticket_id)s AND id = %(id)s AND answered_at IS NULL
