-- name: strangers
-- Open tickets of a household that had the appliance, and has it no more.
SELECT ticket.id, ticket.version
FROM hearthwatch.tickets AS ticket
WHERE ticket.state NOT IN ('resolved', 'closed', 'cancelled', 'on_site')
    AND (%(device_id)s::integer IS NULL OR ticket.device_id = %(device_id)s)
    AND EXISTS (
        SELECT FROM hearthwatch.ownerships AS past
        WHERE past.device_id = ticket.device_id
            AND past.household_id = ticket.household_id
            AND past.until IS NOT NULL
    )
    AND NOT EXISTS (
        SELECT FROM hearthwatch.ownerships AS present
        WHERE present.device_id = ticket.device_id
            AND present.household_id = ticket.household_id
            AND present.until IS NULL
    )
ORDER BY ticket.id
