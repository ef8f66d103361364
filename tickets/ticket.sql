-- name: get
SELECT
    ticket.id, ticket.device_id, appliance.serial, appliance.type, appliance.model,
    appliance.region, ticket.household_id, household.name AS household_name, household.tier,
    ticket.problem, ticket.state, ticket.severity, ticket.safety, ticket.assignee,
    ticket.visit_at, ticket.opened_at, ticket.changed_at, ticket.version,
    (
        SELECT count(*) FROM hearthwatch.ticket_evidence AS proof
        WHERE proof.ticket_id = ticket.id
    ) AS findings
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id
WHERE ticket.id = %(id)s

-- name: page
SELECT
    ticket.id, ticket.device_id, appliance.serial, appliance.type, appliance.model,
    appliance.region, ticket.household_id, household.name AS household_name, household.tier,
    ticket.problem, ticket.state, ticket.severity, ticket.safety, ticket.assignee,
    ticket.visit_at, ticket.opened_at, ticket.changed_at, ticket.version,
    (
        SELECT count(*) FROM hearthwatch.ticket_evidence AS proof
        WHERE proof.ticket_id = ticket.id
    ) AS findings
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id
WHERE (%(before_id)s::bigint IS NULL OR ticket.id < %(before_id)s)
    AND (NOT %(open_only)s OR ticket.state IN ('new', 'assigned', 'scheduled'))
    AND (%(state)s::text IS NULL OR ticket.state = %(state)s)
    AND (%(device_id)s::integer IS NULL OR ticket.device_id = %(device_id)s)
    AND (%(household_id)s::integer IS NULL OR ticket.household_id = %(household_id)s)
    AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
ORDER BY ticket.id DESC
LIMIT %(limit)s

-- name: queue
SELECT
    ticket.id, ticket.device_id, appliance.serial, appliance.type, appliance.model,
    appliance.region, ticket.household_id, household.name AS household_name, household.tier,
    ticket.problem, ticket.state, ticket.severity, ticket.safety, ticket.assignee,
    ticket.visit_at, ticket.opened_at, ticket.changed_at, ticket.version,
    (
        SELECT count(*) FROM hearthwatch.ticket_evidence AS proof
        WHERE proof.ticket_id = ticket.id
    ) AS findings
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id
WHERE ticket.state IN ('new', 'assigned', 'scheduled')
    AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
ORDER BY
    ticket.safety DESC,
    array_position(ARRAY['critical', 'high', 'medium', 'low'], ticket.severity),
    array_position(ARRAY['platinum', 'gold', 'silver', 'standard'], household.tier),
    ticket.opened_at,
    ticket.id
LIMIT %(limit)s

-- name: counts
SELECT state, count(*) FROM hearthwatch.tickets GROUP BY state

-- name: history
SELECT at, actor, state_before, state_after, note
FROM hearthwatch.ticket_changes
WHERE ticket_id = %(id)s
ORDER BY id

-- name: proofs
SELECT
    change.id, change.alert_id, change.at, change.change, change.signal, change.severity,
    change.evidence
FROM hearthwatch.ticket_evidence AS proof
JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
WHERE proof.ticket_id = %(id)s
ORDER BY change.at, change.id

-- name: move
WITH moved AS (
    UPDATE hearthwatch.tickets
    SET
        state = %(state)s,
        assignee = CASE WHEN %(unassign)s THEN NULL ELSE coalesce(%(assignee)s, assignee) END,
        visit_at = CASE WHEN %(unschedule)s THEN NULL ELSE coalesce(%(visit_at)s, visit_at) END,
        changed_at = %(at)s,
        version = version + 1
    WHERE id = %(id)s AND version = %(version)s
    RETURNING id
)
INSERT INTO hearthwatch.ticket_changes (ticket_id, at, actor, state_before, state_after, note)
SELECT id, %(at)s, %(actor)s, %(before)s, %(state)s, %(note)s FROM moved

-- name: of_alert_changes
SELECT alert_change_id, ticket_id FROM hearthwatch.ticket_evidence
WHERE alert_change_id = ANY (%(ids)s::bigint[])
