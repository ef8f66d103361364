-- name: of_type
-- Tickets as they were known at `at`: a verdict or an end that came later is not told. Of several
-- verdicts about one ticket the last one counts.
SELECT
    ticket.id AS ticket_id, ticket.device_id, ticket.problem,
    least(ticket.opened_at, seen.since) AS began_at, ticket.opened_at, ended.at AS ended_at,
    verdict.finding, verdict.mode, verdict.consumable
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN LATERAL (
    SELECT min((change.evidence ->> 'since')::timestamptz) AS since
    FROM hearthwatch.ticket_evidence AS proof
    JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
    WHERE proof.ticket_id = ticket.id AND change.change IN ('raised', 'joined')
) AS seen ON true
LEFT JOIN LATERAL (
    SELECT given.finding, given.mode, given.consumable
    FROM hearthwatch.ticket_verdicts AS given
    WHERE given.ticket_id = ticket.id AND given.at <= %(at)s
    ORDER BY given.id DESC
    LIMIT 1
) AS verdict ON true
LEFT JOIN LATERAL (
    SELECT change.at
    FROM hearthwatch.ticket_changes AS change
    WHERE change.ticket_id = ticket.id AND change.at <= %(at)s
        AND change.state_after IN ('resolved', 'closed', 'cancelled')
    ORDER BY change.at
    LIMIT 1
) AS ended ON true
WHERE appliance.type = %(type)s
    AND ticket.opened_at <= %(at)s
    AND (ended.at IS NULL OR ended.at >= %(since)s)
ORDER BY ticket.device_id, ticket.opened_at, ticket.id
