-- name: open
SELECT
    ticket.id, ticket.device_id, ticket.household_id, ticket.problem, ticket.severity,
    ticket.safety, ticket.at_stake, ticket.opened_at,
    EXISTS (
        SELECT FROM hearthwatch.ticket_changes AS change
        WHERE change.ticket_id = ticket.id AND change.state_after = 'reopened'
    ) AS reopened,
    (
        SELECT count(*) FROM hearthwatch.interactions AS said
        WHERE said.ticket_id = ticket.id AND said.direction = 'inbound'
    ) AS contacts,
    EXISTS (
        SELECT FROM hearthwatch.sla_clocks AS clock
        WHERE clock.ticket_id = ticket.id AND clock.state = 'breached'
    ) AS breached
FROM hearthwatch.tickets AS ticket
WHERE ticket.id = ANY (%(ids)s::bigint[])
    AND ticket.state NOT IN ('resolved', 'closed', 'cancelled')
ORDER BY ticket.id

-- name: next_open
SELECT id FROM hearthwatch.tickets
WHERE id > %(after)s AND state NOT IN ('resolved', 'closed', 'cancelled')
ORDER BY id
LIMIT %(limit)s

-- name: forecast_now
-- What the models in use say now of the very problem of a ticket, by family.
SELECT ticket.id, score.family, told.chance
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.device_scores AS score ON score.device_id = ticket.device_id
JOIN hearthwatch.models AS model ON model.id = score.model_id
CROSS JOIN LATERAL (
    SELECT (score.details ->> ('probability:' || ticket.problem))::double precision AS chance
) AS told
WHERE ticket.id = ANY (%(ids)s::bigint[])
    AND starts_with(score.family, 'fault:')
    AND model.state = 'champion'
    AND told.chance IS NOT NULL

-- name: foreseen
-- What the newest forecast among a ticket's findings said when it fired.
SELECT DISTINCT ON (proof.ticket_id)
    proof.ticket_id,
    (change.evidence ->> 'probability')::double precision AS chance,
    (change.evidence ->> 'horizon_h')::double precision AS hours
FROM hearthwatch.ticket_evidence AS proof
JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
WHERE proof.ticket_id = ANY (%(ids)s::bigint[])
    AND change.evidence ->> 'kind' = 'forecast'
    AND change.change IN ('raised', 'joined')
    AND change.evidence ->> 'probability' IS NOT NULL
    AND change.evidence ->> 'horizon_h' IS NOT NULL
ORDER BY proof.ticket_id, change.at DESC, change.id DESC

-- name: store
-- A ticket that somebody changes at this moment is weighed again soon; nobody waits for it. Of the
-- others those are locked that move: most of a queue stands as it stood a minute ago.
UPDATE hearthwatch.tickets AS ticket
SET priority = moved.priority, priority_reasons = moved.reasons
FROM (
    SELECT free.id, told.priority, told.reasons
    FROM hearthwatch.tickets AS free
    JOIN unnest(%(ids)s::bigint[], %(priorities)s::float8[], %(reasons)s::jsonb[])
        AS told (id, priority, reasons) ON told.id = free.id
    WHERE (free.priority, free.priority_reasons) IS DISTINCT FROM (told.priority, told.reasons)
    FOR NO KEY UPDATE OF free SKIP LOCKED
) AS moved
WHERE ticket.id = moved.id
