-- name: set
INSERT INTO hearthwatch.pins (
    ticket_id, technician, begins_at, household_id, reason_sealed, actor, at
)
VALUES (
    %(ticket_id)s, %(technician)s, %(begins_at)s, %(household_id)s, %(reason_sealed)s, %(actor)s,
    %(at)s
)
ON CONFLICT (ticket_id) DO UPDATE SET
    technician = excluded.technician,
    begins_at = excluded.begins_at,
    confirmed = false,
    household_id = excluded.household_id,
    reason_sealed = excluded.reason_sealed,
    actor = excluded.actor,
    at = excluded.at

-- name: confirm
-- A time that a person pinned gives way to the one that the customer agreed to.
INSERT INTO hearthwatch.pins AS known (ticket_id, confirmed, actor, at)
VALUES (%(ticket_id)s, true, %(actor)s, %(at)s)
ON CONFLICT (ticket_id) DO UPDATE SET confirmed = true, begins_at = NULL

-- name: release
DELETE FROM hearthwatch.pins WHERE ticket_id = %(ticket_id)s

-- name: of
SELECT ticket_id, technician, begins_at, confirmed, household_id, reason_sealed, actor, at
FROM hearthwatch.pins
WHERE ticket_id = ANY (%(ticket_ids)s::bigint[])
