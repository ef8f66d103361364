-- name: keep
INSERT INTO hearthwatch.ticket_departures (ticket_id, departures)
SELECT ticket_id, departures::jsonb
FROM unnest(%(ticket_ids)s::bigint[], %(departures)s::text[]) AS told (ticket_id, departures)
ON CONFLICT (ticket_id) DO NOTHING

-- name: departures
SELECT ticket.problem, seen.departures
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.ticket_departures AS seen ON seen.ticket_id = ticket.id
WHERE ticket.id = %(id)s

-- name: ended
-- The newest cases of the type that have ended; of several verdicts the last one counts.
SELECT
    ticket.id, appliance.serial, appliance.region, ticket.problem, ticket.state,
    ticket.opened_at, verdict.finding, verdict.mode, seen.departures
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
JOIN hearthwatch.ticket_departures AS seen ON seen.ticket_id = ticket.id
LEFT JOIN LATERAL (
    SELECT given.finding, given.mode
    FROM hearthwatch.ticket_verdicts AS given
    WHERE given.ticket_id = ticket.id
    ORDER BY given.id DESC
    LIMIT 1
) AS verdict ON true
WHERE appliance.type = %(type)s
    AND ticket.id <> %(id)s
    AND ticket.state IN ('resolved', 'closed', 'cancelled')
    AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
ORDER BY ticket.id DESC
LIMIT %(limit)s
