-- name: of_ticket
-- A note of an older version stands as it was written.
SELECT
    change.at, change.actor, change.state_before, change.state_after, change.note,
    ticket.household_id, change.note_sealed
FROM hearthwatch.ticket_changes AS change
JOIN hearthwatch.tickets AS ticket ON ticket.id = change.ticket_id
WHERE change.ticket_id = %(id)s
ORDER BY change.id
