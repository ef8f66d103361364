-- name: add
INSERT INTO hearthwatch.interactions (
    household_id, contact_id, device_id, ticket_id, channel, direction, at, actor, external_ref,
    text_sealed
)
VALUES (
    %(household_id)s, %(contact_id)s, %(device_id)s, %(ticket_id)s, %(channel)s, %(direction)s,
    %(at)s, %(actor)s, %(external_ref)s, %(text_sealed)s
)
ON CONFLICT (channel, external_ref) DO NOTHING
RETURNING id

-- name: of_reference
SELECT
    id, household_id, contact_id, device_id, ticket_id, channel, direction, at, actor,
    external_ref, text_sealed
FROM hearthwatch.interactions
WHERE channel = %(channel)s AND external_ref = %(external_ref)s

-- name: link
UPDATE hearthwatch.interactions SET ticket_id = %(ticket_id)s WHERE id = %(id)s

-- name: of_ticket
SELECT
    id, household_id, contact_id, device_id, ticket_id, channel, direction, at, actor,
    external_ref, text_sealed
FROM hearthwatch.interactions
WHERE ticket_id = %(ticket_id)s
ORDER BY at, id

-- name: of_household
SELECT
    id, household_id, contact_id, device_id, ticket_id, channel, direction, at, actor,
    external_ref, text_sealed
FROM hearthwatch.interactions
WHERE household_id = %(household_id)s
ORDER BY at DESC, id DESC
LIMIT %(limit)s
