-- name: beside
SELECT * FROM hearthwatch.ticket_overview
WHERE (device_id = %(device_id)s OR household_id = %(household_id)s)
    AND id <> %(id)s
    AND state NOT IN ('resolved', 'closed', 'cancelled')
ORDER BY priority DESC, id
LIMIT %(limit)s

-- name: outbreak_of
SELECT outbreak_id FROM hearthwatch.outbreak_tickets WHERE ticket_id = %(id)s
