-- name: chunks
-- A type's appliances in service, so many at a time, as ranges of their ids.
SELECT min(numbered.id), max(numbered.id), count(*)
FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s::integer AS chunk
    FROM hearthwatch.appliances
    WHERE type = %(type)s AND retired_at IS NULL
) AS numbered
GROUP BY numbered.chunk
ORDER BY numbered.chunk

-- name: members
SELECT id, installed_on
FROM hearthwatch.appliances
WHERE type = %(type)s AND retired_at IS NULL AND id BETWEEN %(first_id)s AND %(last_id)s
ORDER BY id

-- name: events
SELECT device_id, time, code
FROM hearthwatch.fault_events
WHERE device_id BETWEEN %(first_id)s AND %(last_id)s
    AND state = 'raised'
    AND time >= %(since)s AND time < %(until)s

-- name: maintenance
-- Tickets that were resolved, and consumables that were replaced.
SELECT ticket.device_id, change.at, 'visit:' || ticket.problem
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.ticket_changes AS change ON change.ticket_id = ticket.id
WHERE ticket.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND change.state_after = 'resolved'
    AND change.at >= %(since)s AND change.at < %(until)s
UNION ALL
SELECT device_id, installed_at, 'replaced:' || consumable
FROM hearthwatch.consumable_estimates
WHERE device_id BETWEEN %(first_id)s AND %(last_id)s
    AND installed_at >= %(since)s AND installed_at < %(until)s
