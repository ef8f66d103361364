-- name: keep
-- A ticket that is left for another reason than before gets a new row.
INSERT INTO hearthwatch.unrouted AS known (ticket_id, run_id, at, reason, facts)
SELECT ticket_id, %(run_id)s, %(at)s, reason, facts
FROM unnest(%(ticket_ids)s::bigint[], %(reasons)s::text[], %(facts)s::jsonb[])
    AS told (ticket_id, reason, facts)
ORDER BY ticket_id
ON CONFLICT (ticket_id) DO UPDATE SET
    run_id = excluded.run_id,
    at = CASE WHEN known.reason = excluded.reason THEN known.at ELSE excluded.at END,
    reason = excluded.reason,
    facts = excluded.facts

-- name: forget
DELETE FROM hearthwatch.unrouted AS known
USING hearthwatch.tickets AS ticket, hearthwatch.appliances AS appliance
WHERE ticket.id = known.ticket_id
    AND appliance.id = ticket.device_id
    AND appliance.region = %(region)s
    AND known.ticket_id <> ALL (%(ticket_ids)s::bigint[])

-- name: reasons
SELECT known.ticket_id, known.reason
FROM hearthwatch.unrouted AS known
JOIN hearthwatch.tickets AS ticket ON ticket.id = known.ticket_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE appliance.region = %(region)s

-- name: page
SELECT
    known.ticket_id, ticket.problem, appliance.type, appliance.serial, appliance.region,
    ticket.severity, ticket.safety, ticket.version, known.at AS since, known.reason, known.facts
FROM hearthwatch.unrouted AS known
JOIN hearthwatch.tickets AS ticket ON ticket.id = known.ticket_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE ticket.state NOT IN ('resolved', 'closed', 'cancelled')
    AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
ORDER BY ticket.priority DESC, known.ticket_id
LIMIT %(limit)s
