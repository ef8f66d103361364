-- name: find
-- Exact numbers first; of names, any part counts.
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
    UNION ALL
    SELECT
        3, 'Customer', household.name, concat_ws(', ', household.external_id, household.address),
        '/console/customers/' || household.id
    FROM hearthwatch.households AS household
    WHERE %(customers)s
        AND (%(region)s::text IS NULL OR household.region = %(region)s)
        AND (
            strpos(lower(household.name), lower(%(words)s)) > 0
            OR lower(household.external_id) = lower(%(words)s)
            OR EXISTS (
                SELECT FROM hearthwatch.contacts AS contact
                WHERE contact.household_id = household.id
                    AND (
                        strpos(lower(contact.name), lower(%(words)s)) > 0
                        OR contact.phone = %(words)s
                        OR lower(contact.email) = lower(%(words)s)
                    )
            )
        )
) AS hit
ORDER BY place, title
LIMIT %(limit)s
