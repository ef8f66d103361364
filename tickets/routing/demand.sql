-- name: wanting
-- Open tickets of a region at which nobody is yet, with what was decided about each.
SELECT
    ticket.id, ticket.version, ticket.state, appliance.type, ticket.problem, ticket.severity,
    ticket.safety, ticket.priority, ticket.opened_at, ticket.household_id, household.tier,
    coalesce(household.time_zone, 'UTC') AS time_zone,
    ticket.assignee, visit.technician, visit.begins_at, visit.ends_at,
    coalesce(visit.number, 1) AS number,
    pin.technician AS pinned, pin.begins_at AS pinned_at,
    coalesce(pin.confirmed, false) AS confirmed,
    coalesce(last.chosen_by, '') AS chosen_by, last.technician AS chosen,
    coalesce(change.actor = %(actor)s AND change.at = offer.at, false) AS offered,
    change.at AS changed_at
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id
LEFT JOIN hearthwatch.visits AS visit
    ON visit.ticket_id = ticket.id AND visit.state IN ('planned', 'under_way', 'on_site')
LEFT JOIN hearthwatch.pins AS pin ON pin.ticket_id = ticket.id
LEFT JOIN hearthwatch.slot_offers AS offer ON offer.ticket_id = ticket.id
LEFT JOIN LATERAL (
    SELECT routing.chosen_by, routing.technician FROM hearthwatch.routings AS routing
    WHERE routing.ticket_id = ticket.id
    ORDER BY routing.id DESC
    LIMIT 1
) AS last ON true
JOIN LATERAL (
    SELECT change.at, change.actor FROM hearthwatch.ticket_changes AS change
    WHERE change.ticket_id = ticket.id
    ORDER BY change.id DESC
    LIMIT 1
) AS change ON true
WHERE appliance.region = %(region)s
    AND ticket.state IN ('new', 'triaged', 'waiting_for_customer', 'scheduled', 'reopened')
    AND (%(ticket_id)s::bigint IS NULL OR ticket.id = %(ticket_id)s)
ORDER BY ticket.priority DESC, ticket.opened_at, ticket.id

-- name: regions
SELECT DISTINCT appliance.region
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE ticket.state IN ('new', 'triaged', 'waiting_for_customer', 'scheduled', 'reopened')
ORDER BY 1
