-- name: open_of
SELECT hearthwatch.open_ticket(%(device_id)s, %(problem)s)

-- name: join_merged
-- What is asked for a problem whose ticket was merged into one that is open.
WITH told AS (
    SELECT
        device_id, problem, severity, safety, at, at_stake,
        hearthwatch.open_ticket(device_id, problem) AS id
    FROM unnest(
        %(device_ids)s::integer[], %(household_ids)s::integer[], %(problems)s::text[],
        %(severities)s::text[], %(safety)s::boolean[], %(at)s::timestamptz[],
        %(traces)s::uuid[], %(origins)s::text[], %(at_stake)s::text[], %(actors)s::text[]
    ) AS told (
        device_id, household_id, problem, severity, safety, at, trace, origin, at_stake, actor
    )
), merged AS (
    SELECT told.*
    FROM told
    JOIN hearthwatch.tickets AS ticket ON ticket.id = told.id
    WHERE (ticket.device_id, ticket.problem) <> (told.device_id, told.problem)
), asked AS (
    SELECT
        id, bool_or(safety) AS safety, max(at) AS at, max(at_stake) AS at_stake,
        CASE
            WHEN bool_or(severity = 'critical') THEN 'critical'
            WHEN bool_or(severity = 'high') THEN 'high'
            WHEN bool_or(severity = 'medium') THEN 'medium'
            ELSE 'low'
        END AS severity
    FROM merged
    GROUP BY id
), joined AS (
    UPDATE hearthwatch.tickets AS known
    SET
        severity = hearthwatch.worse(known.severity, asked.severity),
        safety = known.safety OR asked.safety,
        at_stake = coalesce(known.at_stake, asked.at_stake),
        changed_at = greatest(known.changed_at, asked.at),
        version = known.version + 1
    FROM asked
    WHERE known.id = asked.id AND known.state NOT IN ('resolved', 'closed', 'cancelled')
    RETURNING known.id, known.household_id, known.severity, known.opened_at, known.trace
)
SELECT
    joined.id, merged.device_id, joined.household_id, merged.problem, joined.severity,
    joined.opened_at, joined.trace, false AS fresh
FROM joined
JOIN merged ON merged.id = joined.id

-- name: open
WITH told AS (
    SELECT *
    FROM unnest(
        %(device_ids)s::integer[], %(household_ids)s::integer[], %(problems)s::text[],
        %(severities)s::text[], %(safety)s::boolean[], %(at)s::timestamptz[],
        %(traces)s::uuid[], %(origins)s::text[], %(at_stake)s::text[], %(actors)s::text[]
    ) AS told (
        device_id, household_id, problem, severity, safety, at, trace, origin, at_stake, actor
    )
), ticket AS (
    INSERT INTO hearthwatch.tickets AS known (
        device_id, household_id, problem, severity, safety, opened_at, changed_at, trace, origin,
        at_stake
    )
    SELECT device_id, household_id, problem, severity, safety, at, at, trace, origin, at_stake
    FROM told
    ORDER BY device_id, problem
    ON CONFLICT (device_id, problem) WHERE state NOT IN ('resolved', 'closed', 'cancelled')
    DO UPDATE SET
        severity = hearthwatch.worse(known.severity, excluded.severity),
        safety = known.safety OR excluded.safety,
        at_stake = coalesce(known.at_stake, excluded.at_stake),
        changed_at = greatest(known.changed_at, excluded.changed_at),
        version = known.version + 1
    RETURNING id, device_id, household_id, problem, severity, opened_at, trace, (xmax = 0) AS fresh
), logged AS (
    INSERT INTO hearthwatch.ticket_changes (ticket_id, at, actor, state_after, note)
    SELECT ticket.id, ticket.opened_at, told.actor, 'new', ''
    FROM ticket
    JOIN told ON told.device_id = ticket.device_id AND told.problem = ticket.problem
    WHERE ticket.fresh
)
SELECT id, device_id, household_id, problem, severity, opened_at, trace, fresh FROM ticket
