-- name: page
SELECT
    clock.ticket_id, appliance.serial, appliance.type, appliance.region, ticket.problem,
    ticket.severity, ticket.safety, clock.tier, ticket.assignee, clock.kind, clock.state,
    clock.due_at, clock.warned_at, clock.breached_at
FROM hearthwatch.sla_clocks AS clock
JOIN hearthwatch.tickets AS ticket ON ticket.id = clock.ticket_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE clock.ended_at IS NULL
    AND clock.since IS NOT NULL
    AND (clock.warned_at IS NOT NULL OR clock.breached_at IS NOT NULL)
    AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
ORDER BY clock.breached_at NULLS LAST, clock.due_at, clock.ticket_id
LIMIT %(most)s
