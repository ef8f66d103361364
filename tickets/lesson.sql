-- name: known
-- Tickets of which something is known for good: a verdict, or at least their end.
SELECT
    ticket.id AS ticket_id, appliance.type, verdict.at AS judged_at, ended.at AS ended_at
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN LATERAL (
    SELECT max(given.at) AS at FROM hearthwatch.ticket_verdicts AS given
    WHERE given.ticket_id = ticket.id
) AS verdict ON true
LEFT JOIN LATERAL (
    SELECT min(change.at) AS at FROM hearthwatch.ticket_changes AS change
    WHERE change.ticket_id = ticket.id
        AND change.state_after IN ('resolved', 'closed', 'cancelled')
) AS ended ON true
WHERE ticket.id = ANY (%(ticket_ids)s::bigint[])
    AND (verdict.at IS NOT NULL OR ended.at IS NOT NULL)
ORDER BY ticket.id
