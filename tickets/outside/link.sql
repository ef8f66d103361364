-- name: external_id
SELECT external_id FROM hearthwatch.ticket_links
WHERE system = %(system)s AND ticket_id = %(ticket_id)s

-- name: ticket_id
SELECT ticket_id FROM hearthwatch.ticket_links
WHERE system = %(system)s AND external_id = %(external_id)s

-- name: keep
INSERT INTO hearthwatch.ticket_links (system, external_id, ticket_id)
VALUES (%(system)s, %(external_id)s, %(ticket_id)s)
ON CONFLICT DO NOTHING

-- name: of_ticket
SELECT system, external_id, ticket_id, linked_at, changed_there_at
FROM hearthwatch.ticket_links
WHERE ticket_id = %(ticket_id)s
ORDER BY system

-- name: seen
-- Whether the change is newer than the newest that we know; then it is that.
UPDATE hearthwatch.ticket_links
SET changed_there_at = %(at)s
WHERE system = %(system)s AND external_id = %(external_id)s
    AND (changed_there_at IS NULL OR changed_there_at < %(at)s)
