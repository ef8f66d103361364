-- name: get
SELECT * FROM hearthwatch.visit_overview WHERE id = %(id)s

-- name: hold
SELECT ticket.id FROM hearthwatch.tickets AS ticket
WHERE ticket.id = (SELECT ticket_id FROM hearthwatch.visits WHERE id = %(id)s)
FOR UPDATE

-- name: of_ticket
SELECT * FROM hearthwatch.visit_overview WHERE ticket_id = %(ticket_id)s ORDER BY number

-- name: calendar
SELECT * FROM hearthwatch.visit_overview
WHERE technician = ANY (%(technicians)s::text[])
    AND state <> 'cancelled'
    AND begins_at < %(until)s
    AND ends_at > %(since)s
ORDER BY begins_at, id

-- name: page
SELECT * FROM hearthwatch.visit_overview
WHERE (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
    AND (%(region)s::text IS NULL OR region = %(region)s)
    AND (%(technician)s::text IS NULL OR technician = %(technician)s)
    AND (%(ticket_id)s::bigint IS NULL OR ticket_id = %(ticket_id)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (%(since)s::timestamptz IS NULL OR ends_at > %(since)s)
    AND (%(until)s::timestamptz IS NULL OR begins_at < %(until)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: live
SELECT * FROM hearthwatch.visit_overview
WHERE ticket_id = %(ticket_id)s AND state IN ('planned', 'under_way', 'on_site')

-- name: plan
INSERT INTO hearthwatch.visits (ticket_id, number, technician, begins_at, ends_at, planned_at)
SELECT
    %(ticket_id)s, coalesce(max(number), 0) + 1, %(technician)s, %(begins_at)s, %(ends_at)s, %(at)s
FROM hearthwatch.visits
WHERE ticket_id = %(ticket_id)s
RETURNING id

-- name: change
UPDATE hearthwatch.visits
SET
    technician = %(technician)s,
    begins_at = %(begins_at)s,
    ends_at = %(ends_at)s,
    state = %(state)s,
    outcome = %(outcome)s,
    set_out_at = %(set_out_at)s,
    arrived_at = %(arrived_at)s,
    finished_at = %(finished_at)s
WHERE id = %(id)s

-- name: unjudged
-- The last visit of a ticket at which somebody arrived, if no verdict was given at it.
SELECT visit.id
FROM hearthwatch.visits AS visit
WHERE visit.ticket_id = %(ticket_id)s
    AND visit.arrived_at IS NOT NULL
    AND visit.number = (
        SELECT max(number) FROM hearthwatch.visits
        WHERE ticket_id = %(ticket_id)s AND arrived_at IS NOT NULL
    )
    AND NOT EXISTS (
        SELECT FROM hearthwatch.ticket_verdicts AS verdict WHERE verdict.visit_id = visit.id
    )
