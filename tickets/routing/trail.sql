-- name: record
INSERT INTO hearthwatch.routings (
    ticket_id, at, by_human, chosen_by, actor, run_id, technician, begins_at, reasons
)
VALUES (
    %(ticket_id)s, %(at)s, %(by_human)s, %(chosen_by)s, %(actor)s, %(run_id)s, %(technician)s,
    %(begins_at)s, %(reasons)s
)

-- name: told
-- Whether the choice that a ticket follows now is written down already.
SELECT technician = %(technician)s AND begins_at = %(begins_at)s AND at = %(at)s
FROM hearthwatch.routings
WHERE ticket_id = %(ticket_id)s
ORDER BY id DESC
LIMIT 1

-- name: of_ticket
SELECT id, at, by_human, chosen_by, actor, run_id, technician, begins_at, reasons
FROM hearthwatch.routings
WHERE ticket_id = %(ticket_id)s
ORDER BY id

-- name: latest
SELECT DISTINCT ON (ticket_id)
    ticket_id, id, at, by_human, chosen_by, actor, run_id, technician, begins_at, reasons
FROM hearthwatch.routings
WHERE ticket_id = ANY (%(ticket_ids)s::bigint[])
ORDER BY ticket_id, id DESC

-- name: place
DELETE FROM hearthwatch.unrouted WHERE ticket_id = %(ticket_id)s

-- name: unconfirm
-- A visit at another time is not the one that the customer agreed to.
UPDATE hearthwatch.pins SET confirmed = false
WHERE ticket_id = %(ticket_id)s AND confirmed

-- name: share
-- Of the tickets that were given a visit in a span, how many needed a person to choose.
SELECT count(*) AS tickets, count(*) FILTER (WHERE by_human) AS by_human
FROM (
    SELECT routing.ticket_id, bool_or(routing.by_human) AS by_human
    FROM hearthwatch.routings AS routing
    JOIN hearthwatch.tickets AS ticket ON ticket.id = routing.ticket_id
    JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
    WHERE routing.at >= %(since)s
        AND routing.at < %(until)s
        AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
    GROUP BY routing.ticket_id
) AS routed
