-- name: facts
SELECT
    ticket.id, ticket.trace, ticket.state, appliance.region, ticket.severity, ticket.safety,
    coalesce(household.tier, 'standard') AS tier,
    coalesce(household.time_zone, 'UTC') AS time_zone,
    ticket.opened_at, ticket.changed_at
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id
WHERE ticket.id = ANY (%(ids)s::bigint[])

-- name: steps
SELECT ticket_id, at, state_after AS state
FROM hearthwatch.ticket_changes
WHERE ticket_id = ANY (%(ids)s::bigint[])
ORDER BY ticket_id, id

-- name: lock
SELECT id FROM hearthwatch.tickets WHERE id = %(id)s FOR NO KEY UPDATE
