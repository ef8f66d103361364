-- name: last
-- What the last letter about the visit of a ticket told, by the version of which it was written.
SELECT (happened.facts ->> 'visit_at')::timestamptz
FROM hearthwatch.notices AS told
LEFT JOIN hearthwatch.events AS happened
    ON happened.subject = 'ticket:' || told.ticket_id
    AND happened.kind = 'ticket.scheduled'
    AND happened.facts ->> 'version' = split_part(told.key, ':', 4)
WHERE told.ticket_id = %(ticket_id)s
    AND told.occasion IN ('appointment', 'moved')
    AND told.state IN ('queued', 'sent')
ORDER BY told.id DESC
LIMIT 1
