-- name: open
WITH told AS (
    SELECT *
    FROM unnest(
        %(device_ids)s::integer[], %(household_ids)s::integer[], %(problems)s::text[],
        %(severities)s::text[], %(safety)s::boolean[], %(at)s::timestamptz[],
        %(alert_ids)s::bigint[]
    ) AS told (device_id, household_id, problem, severity, safety, at, alert_id)
), ticket AS (
    INSERT INTO hearthwatch.tickets AS known
        (device_id, household_id, problem, severity, safety, opened_at, changed_at, trace)
    SELECT
        told.device_id, told.household_id, told.problem, told.severity, told.safety, told.at,
        told.at, alert.trace
    FROM told
    JOIN hearthwatch.alerts AS alert ON alert.id = told.alert_id
    ORDER BY told.device_id, told.problem
    ON CONFLICT (device_id, problem) WHERE state NOT IN ('resolved', 'closed', 'cancelled')
    DO UPDATE SET
        severity = hearthwatch.worse(known.severity, excluded.severity),
        safety = known.safety OR excluded.safety,
        changed_at = greatest(known.changed_at, excluded.changed_at),
        version = known.version + 1
    RETURNING id, device_id, household_id, problem, severity, opened_at, trace, (xmax = 0) AS fresh
), logged AS (
    INSERT INTO hearthwatch.ticket_changes (ticket_id, at, actor, state_after, note)
    SELECT id, opened_at, 'hearthwatch', 'new', '' FROM ticket WHERE fresh
)
SELECT id, device_id, household_id, problem, severity, opened_at, trace, fresh FROM ticket

-- name: add_evidence
INSERT INTO hearthwatch.ticket_evidence (ticket_id, alert_change_id)
SELECT ticket.id, told.change_id
FROM unnest(%(device_ids)s::integer[], %(problems)s::text[], %(change_ids)s::bigint[])
    AS told (device_id, problem, change_id)
JOIN hearthwatch.tickets AS ticket
    ON ticket.device_id = told.device_id
    AND ticket.problem = told.problem
    AND ticket.state NOT IN ('resolved', 'closed', 'cancelled')
ON CONFLICT DO NOTHING
