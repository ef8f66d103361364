-- name: keep
INSERT INTO hearthwatch.ticket_attachments
    (ticket_id, household_id, at, actor, media_type, bytes, name_sealed, content_sealed)
SELECT
    %(ticket_id)s, %(household_id)s, %(at)s, %(actor)s, %(media_type)s, %(bytes)s,
    %(name_sealed)s, %(content_sealed)s
WHERE (
    SELECT count(*) FROM hearthwatch.ticket_attachments WHERE ticket_id = %(ticket_id)s
) < %(most)s
RETURNING id

-- name: of_ticket
SELECT id, at, actor, media_type, bytes AS size, household_id, name_sealed
FROM hearthwatch.ticket_attachments
WHERE ticket_id = %(ticket_id)s
ORDER BY at, id

-- name: read
SELECT media_type, household_id, name_sealed, content_sealed
FROM hearthwatch.ticket_attachments
WHERE id = %(id)s AND ticket_id = %(ticket_id)s
