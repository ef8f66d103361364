-- name: due
-- Homes without an open ticket that had no tip of late, each with one appliance: the one that was
-- told of least, and the keys of its tips.
SELECT DISTINCT ON (owned.household_id) owned.household_id, owned.device_id, told.keys
FROM hearthwatch.ownerships AS owned
JOIN hearthwatch.appliances AS appliance ON appliance.id = owned.device_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(notice.key), '{}') AS keys, count(*) AS number
    FROM hearthwatch.notices AS notice
    WHERE notice.device_id = owned.device_id AND notice.occasion = 'care_tip'
) AS told
WHERE owned.household_id > %(after)s
    AND owned.until IS NULL
    AND appliance.retired_at IS NULL
    AND appliance.type = ANY (%(types)s::text[])
    AND NOT EXISTS (
        SELECT FROM hearthwatch.tickets AS ticket
        WHERE ticket.household_id = owned.household_id
            AND ticket.state NOT IN ('resolved', 'closed', 'cancelled')
    )
    AND NOT EXISTS (
        SELECT
        FROM hearthwatch.notices AS notice
        JOIN hearthwatch.contacts AS contact ON contact.id = notice.contact_id
        WHERE contact.household_id = owned.household_id
            AND notice.occasion = 'care_tip'
            AND notice.created_at > %(since)s
    )
    AND owned.since <= %(at)s::timestamptz - interval '30 days'
ORDER BY owned.household_id, told.number, owned.device_id
LIMIT %(most)s

-- name: has_trouble
SELECT id
FROM hearthwatch.tickets
WHERE household_id = %(household_id)s AND state NOT IN ('resolved', 'closed', 'cancelled')
LIMIT 1
