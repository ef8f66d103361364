-- name: page
-- Whoever has a region sees what has tickets there, and counts those alone.
SELECT outbreak.*, held.tickets, held.open_tickets
FROM hearthwatch.outbreaks AS outbreak
CROSS JOIN LATERAL (
    SELECT
        count(*) AS tickets,
        count(*) FILTER (WHERE ticket.state NOT IN ('resolved', 'closed', 'cancelled')) AS open_tickets
    FROM hearthwatch.outbreak_tickets AS member
    JOIN hearthwatch.tickets AS ticket ON ticket.id = member.ticket_id
    JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
    WHERE member.outbreak_id = outbreak.id
        AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
) AS held
WHERE (%(before_id)s::bigint IS NULL OR outbreak.id < %(before_id)s)
    AND (%(id)s::bigint IS NULL OR outbreak.id = %(id)s)
    AND (NOT %(open_only)s OR outbreak.closed_at IS NULL)
    AND (%(region)s::text IS NULL OR held.tickets > 0)
ORDER BY outbreak.id DESC
LIMIT %(limit)s

-- name: tickets
SELECT overview.*
FROM hearthwatch.outbreak_tickets AS member
JOIN hearthwatch.ticket_overview AS overview ON overview.id = member.ticket_id
WHERE member.outbreak_id = %(id)s
    AND (%(region)s::text IS NULL OR overview.region = %(region)s)
    AND (%(before_id)s::bigint IS NULL OR member.ticket_id < %(before_id)s)
ORDER BY member.ticket_id DESC
LIMIT %(limit)s

-- name: weeks
-- New tickets of the problem by week of seven days back from the last look, here and elsewhere.
SELECT
    outbreak.judged_at - (week + 1) * INTERVAL '7 days' AS starts_at,
    count(ticket.id) FILTER (WHERE ticket.inside) AS here,
    count(ticket.id) FILTER (WHERE NOT ticket.inside) AS elsewhere
FROM hearthwatch.outbreaks AS outbreak
CROSS JOIN generate_series(0, %(weeks)s - 1) AS week
LEFT JOIN LATERAL (
    SELECT
        ticket.id,
        appliance.model = coalesce(outbreak.model, appliance.model)
            AND appliance.firmware = coalesce(outbreak.firmware, appliance.firmware)
            AND appliance.batch = coalesce(outbreak.batch, appliance.batch)
            AND appliance.region = coalesce(outbreak.region, appliance.region) AS inside
    FROM hearthwatch.tickets AS ticket
    JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
    WHERE ticket.problem = outbreak.problem
        AND appliance.type = outbreak.type
        AND ticket.opened_at > outbreak.judged_at - (week + 1) * INTERVAL '7 days'
        AND ticket.opened_at <= outbreak.judged_at - week * INTERVAL '7 days'
) AS ticket ON true
WHERE outbreak.id = %(id)s
GROUP BY starts_at
ORDER BY starts_at
