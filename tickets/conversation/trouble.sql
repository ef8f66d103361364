-- name: take_name
-- The ticket of what a customer told of without naming it gets the name of its problem.
UPDATE hearthwatch.tickets
SET problem = %(problem)s
WHERE device_id = %(device_id)s
    AND problem = 'customer_report'
    AND state = ANY (%(states)s::text[])

-- name: unnamed
SELECT id FROM hearthwatch.tickets
WHERE device_id = %(device_id)s
    AND problem = 'customer_report'
    AND state NOT IN ('resolved', 'closed', 'cancelled')
