-- name: get
SELECT * FROM hearthwatch.ticket_overview
WHERE id = %(id)s

-- name: page
SELECT * FROM hearthwatch.ticket_overview
WHERE (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
    AND (NOT %(open_only)s OR state NOT IN ('resolved', 'closed', 'cancelled'))
    AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (%(device_id)s::integer IS NULL OR device_id = %(device_id)s)
    AND (%(household_id)s::integer IS NULL OR household_id = %(household_id)s)
    AND (%(region)s::text IS NULL OR region = %(region)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: queue
SELECT * FROM hearthwatch.ticket_overview
WHERE state NOT IN ('resolved', 'closed', 'cancelled')
    AND (%(region)s::text IS NULL OR region = %(region)s)
ORDER BY priority DESC, opened_at, id
LIMIT %(limit)s

-- name: children
SELECT * FROM hearthwatch.ticket_overview
WHERE parent_id = %(id)s OR merged_into = %(id)s
ORDER BY id

-- name: counts
SELECT state, count(*) FROM hearthwatch.tickets GROUP BY state

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
INSERT INTO hearthwatch.ticket_changes
    (ticket_id, at, actor, state_before, state_after, note, note_sealed)
SELECT id, %(at)s, %(actor)s, %(before)s, %(state)s, %(note)s, %(note_sealed)s FROM moved

-- name: of_alert_changes
SELECT alert_change_id, ticket_id FROM hearthwatch.ticket_evidence
WHERE alert_change_id = ANY (%(ids)s::bigint[])
