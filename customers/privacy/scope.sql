-- name: lock
SELECT erased_at IS NOT NULL, merged_into FROM hearthwatch.households
WHERE id = %(id)s
FOR UPDATE

-- name: scope
WITH RECURSIVE home AS (
    SELECT id, 0 AS steps FROM hearthwatch.households WHERE id = %(id)s
    UNION ALL
    SELECT merged.id, home.steps + 1
    FROM home
    JOIN hearthwatch.households AS merged ON merged.merged_into = home.id
),
ticket AS (
    SELECT id, state FROM hearthwatch.tickets WHERE household_id IN (SELECT id FROM home)
)
SELECT
    (SELECT array_agg(id ORDER BY steps, id) FROM home) AS households,
    ARRAY(
        SELECT id FROM hearthwatch.contacts
        WHERE household_id IN (SELECT id FROM home)
        ORDER BY id
    ) AS contacts,
    ARRAY(SELECT id FROM ticket ORDER BY id) AS tickets,
    ARRAY(
        SELECT id FROM ticket
        WHERE state NOT IN ('resolved', 'closed', 'cancelled')
        ORDER BY id
    ) AS open_tickets
