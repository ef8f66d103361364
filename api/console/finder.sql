-- name: find
-- Exact numbers first.
SELECT kind, title, detail, address
FROM (
    SELECT
        1 AS place, 'Ticket' AS kind, '#' || ticket.id AS title,
        appliance.serial || ', ' || ticket.state AS detail,
        '/console/tickets/' || ticket.id AS address
    FROM hearthwatch.tickets AS ticket
    JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
    WHERE ticket.id = %(number)s::bigint
        AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
    UNION ALL
    SELECT
        2, 'Appliance', appliance.serial, concat_ws(' ', appliance.type, appliance.model),
        '/console/appliances/' || appliance.serial
    FROM hearthwatch.appliances AS appliance
    WHERE starts_with(lower(appliance.serial), lower(%(words)s))
        AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
) AS hit
ORDER BY place, title
LIMIT %(limit)s

-- name: customers
-- Those of these households and contacts' homes that the region may see, and who has the number.
SELECT household.id
FROM hearthwatch.households AS household
WHERE household.erased_at IS NULL
    AND (%(region)s::text IS NULL OR household.region = %(region)s)
    AND household.id IN (
        SELECT known.id FROM hearthwatch.households AS known
        WHERE lower(known.external_id) = lower(%(words)s)
        UNION ALL
        SELECT unnest(%(household_ids)s::integer[])
        UNION ALL
        SELECT contact.household_id FROM hearthwatch.contacts AS contact
        WHERE contact.id = ANY (%(contact_ids)s::integer[])
    )
ORDER BY household.id
LIMIT %(limit)s
