-- name: of
SELECT
    ticket_id, kind, state, severity, safety, tier, terms, target, warn_after, spent, started_at,
    since, due_at, next_at, warned_at, breached_at, ended_at
FROM hearthwatch.sla_clocks
WHERE ticket_id = ANY (%(ids)s::bigint[])
ORDER BY ticket_id, kind

-- name: held
SELECT
    ticket_id, kind, state, severity, safety, tier, terms, target, warn_after, spent, started_at,
    since, due_at, next_at, warned_at, breached_at, ended_at
FROM hearthwatch.sla_clocks
WHERE ticket_id = ANY (%(ids)s::bigint[])
ORDER BY ticket_id, kind
FOR UPDATE

-- name: keep
INSERT INTO hearthwatch.sla_clocks (
    ticket_id, kind, state, severity, safety, tier, terms, target, warn_after, spent, started_at,
    since, due_at, next_at, warned_at, breached_at, ended_at
)
SELECT *
FROM unnest(
    %(ticket_id)s::bigint[], %(kind)s::text[], %(state)s::text[], %(severity)s::text[],
    %(safety)s::boolean[], %(tier)s::text[], %(terms)s::jsonb[], %(target)s::interval[],
    %(warn_after)s::interval[], %(spent)s::interval[], %(started_at)s::timestamptz[],
    %(since)s::timestamptz[], %(due_at)s::timestamptz[], %(next_at)s::timestamptz[],
    %(warned_at)s::timestamptz[], %(breached_at)s::timestamptz[], %(ended_at)s::timestamptz[]
)
ON CONFLICT (ticket_id, kind) DO UPDATE SET
    state = excluded.state,
    severity = excluded.severity,
    safety = excluded.safety,
    tier = excluded.tier,
    terms = excluded.terms,
    target = excluded.target,
    warn_after = excluded.warn_after,
    spent = excluded.spent,
    since = excluded.since,
    due_at = excluded.due_at,
    next_at = excluded.next_at,
    warned_at = excluded.warned_at,
    breached_at = excluded.breached_at,
    ended_at = excluded.ended_at
