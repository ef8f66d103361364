-- name: summaries
SELECT
    asked.household_id,
    (
        SELECT count(*) FROM hearthwatch.ownerships AS owned
        WHERE owned.household_id = asked.household_id AND owned.until IS NULL
    ) AS appliances,
    (
        SELECT count(*) FROM hearthwatch.tickets AS ticket
        WHERE ticket.household_id = asked.household_id
            AND ticket.state NOT IN ('resolved', 'closed', 'cancelled')
    ) AS open_tickets
FROM unnest(%(ids)s::integer[]) AS asked (household_id)
