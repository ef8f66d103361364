-- name: chunks
-- A type's appliances in service, so many at a time, as ranges of their ids.
SELECT min(numbered.id), max(numbered.id), count(*)
FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s::integer AS chunk
    FROM hearthwatch.appliances
    WHERE type = %(type)s AND retired_at IS NULL
) AS numbered
GROUP BY numbered.chunk
ORDER BY numbered.chunk

-- name: members
SELECT id, installed_on
FROM hearthwatch.appliances
WHERE type = %(type)s AND retired_at IS NULL AND id BETWEEN %(first_id)s AND %(last_id)s
ORDER BY id

-- name: events
SELECT device_id, time, code
FROM hearthwatch.fault_events
WHERE device_id BETWEEN %(first_id)s AND %(last_id)s
    AND state = 'raised'
    AND time >= %(since)s AND time < %(until)s

-- name: maintenance
-- When it was installed, tickets that were resolved, and consumables that were replaced.
SELECT id, installed_on::timestamp AT TIME ZONE 'UTC', 'installed'
FROM hearthwatch.appliances
WHERE id BETWEEN %(first_id)s AND %(last_id)s
    AND installed_on::timestamp AT TIME ZONE 'UTC' < %(until)s
UNION ALL
SELECT ticket.device_id, change.at, 'visit:' || ticket.problem
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.ticket_changes AS change ON change.ticket_id = ticket.id
WHERE ticket.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND change.state_after = 'resolved'
    AND change.at >= %(since)s AND change.at < %(until)s
UNION ALL
SELECT device_id, installed_at, 'replaced:' || consumable
FROM hearthwatch.consumable_estimates
WHERE device_id BETWEEN %(first_id)s AND %(last_id)s
    AND installed_at >= %(since)s AND installed_at < %(until)s

-- name: failures
-- What technicians confirmed, as known at `until`, when its ticket was opened; and fault codes that
-- no ticket tells of, because none of their problem was open.
SELECT ticket.device_id, ticket.opened_at AS at, verdict.mode
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
JOIN LATERAL (
    SELECT given.finding, given.mode
    FROM hearthwatch.ticket_verdicts AS given
    WHERE given.ticket_id = ticket.id AND given.at < %(until)s
    ORDER BY given.id DESC
    LIMIT 1
) AS verdict ON verdict.finding = 'confirmed'
WHERE appliance.type = %(type)s
    AND ticket.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND ticket.opened_at >= %(since)s AND ticket.opened_at < %(until)s
UNION ALL
SELECT event.device_id, event.time, told.problem
FROM hearthwatch.fault_events AS event
JOIN hearthwatch.appliances AS appliance ON appliance.id = event.device_id
JOIN unnest(%(codes)s::text[], %(problems)s::text[]) AS told (code, problem)
    ON told.code = event.code
WHERE appliance.type = %(type)s
    AND event.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND event.state = 'raised'
    AND event.time >= %(since)s AND event.time < %(until)s
    AND NOT EXISTS (
        SELECT FROM hearthwatch.tickets AS open
        WHERE open.device_id = event.device_id AND open.problem = told.problem
            AND open.opened_at <= event.time
            AND NOT EXISTS (
                SELECT FROM hearthwatch.ticket_changes AS change
                WHERE change.ticket_id = open.id AND change.at <= event.time
                    AND change.state_after IN ('resolved', 'closed', 'cancelled')
            )
    )
