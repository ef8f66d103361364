-- name: open
-- Weeks until the visit; null where none is agreed.
SELECT
    appliance.type, ticket.problem, appliance.region,
    extract(epoch FROM ticket.visit_at - %(at)s)::float8 / 86400 AS days_to_visit
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE ticket.state NOT IN ('resolved', 'closed', 'cancelled')
    AND ticket.opened_at <= %(at)s
    AND appliance.type = ANY (%(types)s::text[])

-- name: history
SELECT appliance.type, ticket.problem, appliance.region, count(*)
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE ticket.opened_at > %(since)s
    AND ticket.opened_at <= %(at)s
    AND appliance.type = ANY (%(types)s::text[])
GROUP BY appliance.type, ticket.problem, appliance.region

-- name: first
SELECT min(opened_at) FROM hearthwatch.tickets

-- name: verdicts
-- Of each fault, how many tickets somebody looked into, and how many of them were confirmed.
SELECT
    appliance.type, ticket.problem, count(*),
    count(*) FILTER (WHERE verdict.finding = 'confirmed')
FROM (
    SELECT DISTINCT ON (ticket_id) ticket_id, finding
    FROM hearthwatch.ticket_verdicts
    WHERE at <= %(at)s
    ORDER BY ticket_id, id DESC
) AS verdict
JOIN hearthwatch.tickets AS ticket ON ticket.id = verdict.ticket_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE appliance.type = ANY (%(types)s::text[])
GROUP BY appliance.type, ticket.problem
