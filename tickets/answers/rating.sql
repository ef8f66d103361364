-- name: give
INSERT INTO hearthwatch.ratings
    (ticket_id, household_id, contact_id, nps, csat, comment_sealed, at)
VALUES (
    %(ticket_id)s, %(household_id)s, %(contact_id)s, %(nps)s, %(csat)s, %(comment)s, %(at)s
)
ON CONFLICT (ticket_id, contact_id) DO UPDATE SET
    nps = excluded.nps,
    csat = excluded.csat,
    comment_sealed = excluded.comment_sealed,
    at = excluded.at
RETURNING id

-- name: of_ticket
SELECT id, ticket_id, household_id, contact_id, nps, csat, comment_sealed, at
FROM hearthwatch.ratings
WHERE ticket_id = %(id)s
ORDER BY id

-- name: of_household
SELECT id, ticket_id, household_id, contact_id, nps, csat, comment_sealed, at
FROM hearthwatch.ratings
WHERE household_id = %(id)s
ORDER BY at DESC, id DESC
