-- Each block says of one figure what it rests on, a row a case: `part`, what the case belongs to
-- where the figure is broken down, and `hit`, `hours` or what else its summary asks for
-- (summaries.sql). docs/kpis.md says in words what each one means.

-- name: proactive_share
SELECT
    hearthwatch.part_of(%(by)s, ticket, ticket.opened_at, %(zone)s) AS part,
    ticket.origin IN ('alert', 'forecast') AND NOT EXISTS (
        SELECT FROM hearthwatch.interactions AS said
        WHERE said.ticket_id = ticket.id
            AND said.direction = 'inbound'
            AND said.at < ticket.opened_at
    ) AS hit
FROM hearthwatch.measured_tickets AS ticket
WHERE ticket.opened_at >= %(since)s
    AND ticket.opened_at < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
    AND ticket.origin <> 'staff'

-- name: first_response
SELECT
    hearthwatch.part_of(%(by)s, ticket, ticket.opened_at, %(zone)s) AS part,
    extract(epoch FROM clock.ended_at - ticket.opened_at) / 3600 AS hours
FROM hearthwatch.measured_tickets AS ticket
LEFT JOIN hearthwatch.sla_clocks AS clock
    ON clock.ticket_id = ticket.id
    AND clock.kind = 'first_response'
    AND clock.state <> 'cancelled'
WHERE ticket.opened_at >= %(since)s
    AND ticket.opened_at < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)

-- name: time_to_resolve
SELECT
    hearthwatch.part_of(%(by)s, ticket, change.at, %(zone)s) AS part,
    extract(epoch FROM change.at - ticket.opened_at) / 3600 AS hours
FROM hearthwatch.ticket_changes AS change
JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = change.ticket_id
WHERE change.state_after = 'resolved'
    AND change.at >= %(since)s
    AND change.at < %(until)s
    AND ticket.state IN ('resolved', 'closed')
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
    AND NOT EXISTS (
        SELECT FROM hearthwatch.ticket_changes AS again
        WHERE again.ticket_id = change.ticket_id
            AND again.id > change.id
            AND again.state_after = 'resolved'
    )

-- name: first_time_fix
WITH fixed AS (
    SELECT
        ticket.id, ticket.device_id, ticket.problem, change.at,
        hearthwatch.part_of(%(by)s, ticket, change.at, %(zone)s) AS part,
        (
            SELECT count(*) FROM hearthwatch.visits AS visit
            WHERE visit.ticket_id = ticket.id
                AND visit.state = 'done'
                AND visit.finished_at <= change.at
        ) AS visits
    FROM hearthwatch.ticket_changes AS change
    JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = change.ticket_id
    WHERE change.state_after = 'resolved'
        AND change.at >= %(since)s
        AND change.at < %(until)s
        AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
        AND NOT EXISTS (
            SELECT FROM hearthwatch.ticket_changes AS earlier
            WHERE earlier.ticket_id = change.ticket_id
                AND earlier.id < change.id
                AND earlier.state_after = 'resolved'
        )
)
SELECT
    fixed.part,
    fixed.visits = 1 AND NOT EXISTS (
        SELECT FROM hearthwatch.ticket_changes AS back
        WHERE back.ticket_id = fixed.id
            AND back.state_after = 'reopened'
            AND back.at >= fixed.at
            AND back.at < fixed.at + interval '30 days'
    ) AND NOT EXISTS (
        SELECT FROM hearthwatch.measured_tickets AS next
        WHERE next.device_id = fixed.device_id
            AND next.problem = fixed.problem
            AND next.id <> fixed.id
            AND next.opened_at >= fixed.at
            AND next.opened_at < fixed.at + interval '30 days'
    ) AS hit
FROM fixed
WHERE fixed.visits > 0

-- name: no_fault_found
SELECT
    hearthwatch.part_of(%(by)s, ticket, verdict.at, %(zone)s) AS part,
    verdict.finding = 'no_fault_found' AS hit
FROM hearthwatch.ticket_verdicts AS verdict
JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = verdict.ticket_id
WHERE verdict.at >= %(since)s
    AND verdict.at < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
    AND NOT EXISTS (
        SELECT FROM hearthwatch.ticket_verdicts AS later
        WHERE later.ticket_id = verdict.ticket_id AND later.id > verdict.id
    )

-- name: no_fault_found_by_model
WITH judged AS (
    SELECT ticket.id, verdict.finding = 'no_fault_found' AS hit
    FROM hearthwatch.ticket_verdicts AS verdict
    JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = verdict.ticket_id
    WHERE verdict.at >= %(since)s
        AND verdict.at < %(until)s
        AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
        AND NOT EXISTS (
            SELECT FROM hearthwatch.ticket_verdicts AS later
            WHERE later.ticket_id = verdict.ticket_id AND later.id > verdict.id
        )
)
SELECT DISTINCT
    judged.id AS ticket_id, judged.hit,
    model.type || ' ' || model.family || ' v' || model.version AS part
FROM judged
JOIN hearthwatch.ticket_evidence AS proof ON proof.ticket_id = judged.id
JOIN hearthwatch.alert_changes AS change
    ON change.id = proof.alert_change_id AND change.change IN ('raised', 'joined')
JOIN hearthwatch.models AS model ON model.id = (change.evidence ->> 'model_id')::integer

-- name: false_alarms
SELECT
    hearthwatch.part_of(%(by)s, ticket, change.at, %(zone)s) AS part,
    CASE
        WHEN verdict.finding IS NULL THEN ticket.state = 'cancelled'
        ELSE verdict.finding = 'no_fault_found'
    END AS hit
FROM hearthwatch.ticket_changes AS change
JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = change.ticket_id
LEFT JOIN LATERAL (
    SELECT given.finding
    FROM hearthwatch.ticket_verdicts AS given
    WHERE given.ticket_id = ticket.id
    ORDER BY given.id DESC
    LIMIT 1
) AS verdict ON true
WHERE change.state_after IN ('resolved', 'cancelled')
    AND change.at >= %(since)s
    AND change.at < %(until)s
    AND ticket.state IN ('resolved', 'closed', 'cancelled')
    AND ticket.origin IN ('alert', 'forecast')
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
    AND NOT EXISTS (
        SELECT FROM hearthwatch.ticket_changes AS again
        WHERE again.ticket_id = change.ticket_id
            AND again.id > change.id
            AND again.state_after IN ('resolved', 'cancelled')
    )

-- name: lead_time
SELECT
    hearthwatch.part_of(%(by)s, ticket, verdict.at, %(zone)s) AS part,
    extract(epoch FROM failure.at - ticket.opened_at) / 3600 AS hours
FROM hearthwatch.ticket_verdicts AS verdict
JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = verdict.ticket_id
CROSS JOIN LATERAL (
    SELECT min(noticed.at) AS at
    FROM (
        SELECT change.at
        FROM hearthwatch.ticket_evidence AS proof
        JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
        WHERE proof.ticket_id = ticket.id
            AND change.change IN ('raised', 'joined')
            AND change.evidence ->> 'kind' = 'code'
        UNION ALL
        SELECT said.at
        FROM hearthwatch.interactions AS said
        WHERE said.ticket_id = ticket.id AND said.direction = 'inbound'
    ) AS noticed
    WHERE noticed.at >= ticket.opened_at
) AS failure
WHERE verdict.at >= %(since)s
    AND verdict.at < %(until)s
    AND verdict.finding IN ('confirmed', 'replaced')
    AND ticket.origin IN ('alert', 'forecast')
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
    AND NOT EXISTS (
        SELECT FROM hearthwatch.ticket_verdicts AS later
        WHERE later.ticket_id = verdict.ticket_id AND later.id > verdict.id
    )

-- name: promises_kept
SELECT
    hearthwatch.part_of(
        %(by)s, ticket, coalesce(clock.breached_at, clock.ended_at), %(zone)s
    ) AS part,
    clock.state = 'met' AS hit
FROM hearthwatch.sla_clocks AS clock
JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = clock.ticket_id
WHERE clock.kind = %(promise)s
    AND clock.state IN ('met', 'breached')
    AND coalesce(clock.breached_at, clock.ended_at) >= %(since)s
    AND coalesce(clock.breached_at, clock.ended_at) < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)

-- name: tickets
SELECT hearthwatch.part_of(%(by)s, ticket, ticket.opened_at, %(zone)s) AS part
FROM hearthwatch.measured_tickets AS ticket
WHERE ticket.opened_at >= %(since)s
    AND ticket.opened_at < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)

-- name: nps
SELECT
    hearthwatch.part_of(%(by)s, ticket, rating.at, %(zone)s) AS part,
    rating.nps
FROM hearthwatch.ratings AS rating
JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = rating.ticket_id
WHERE rating.nps IS NOT NULL
    AND rating.at >= %(since)s
    AND rating.at < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)

-- name: csat
SELECT
    hearthwatch.part_of(%(by)s, ticket, rating.at, %(zone)s) AS part,
    rating.csat >= 4 AS hit
FROM hearthwatch.ratings AS rating
JOIN hearthwatch.measured_tickets AS ticket ON ticket.id = rating.ticket_id
WHERE rating.csat IS NOT NULL
    AND rating.at >= %(since)s
    AND rating.at < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)

-- name: routed_without_human
SELECT
    hearthwatch.part_of(%(by)s, ticket, ticket.opened_at, %(zone)s) AS part,
    coalesce(given.alone, false) AS hit
FROM hearthwatch.measured_tickets AS ticket
CROSS JOIN LATERAL (
    SELECT NOT bool_or(routing.by_human) AS alone
    FROM hearthwatch.routings AS routing
    WHERE routing.ticket_id = ticket.id
) AS given
WHERE ticket.opened_at >= %(since)s
    AND ticket.opened_at < %(until)s
    AND (%(region)s::text IS NULL OR ticket.region = %(region)s)
    AND (
        given.alone IS NOT NULL
        OR EXISTS (
            SELECT FROM hearthwatch.unrouted AS left_over
            WHERE left_over.ticket_id = ticket.id
        )
    )

-- name: reordered
WITH reminded AS (
    SELECT
        contact.household_id, appliance.id AS device_id, appliance.region, appliance.type,
        appliance.model, coalesce(household.tier, 'standard') AS tier, notice.settled_at,
        split_part(notice.about, ':', 3) AS consumable
    FROM hearthwatch.notices AS notice
    JOIN hearthwatch.contacts AS contact ON contact.id = notice.contact_id
    JOIN hearthwatch.households AS household ON household.id = contact.household_id
    JOIN hearthwatch.appliances AS appliance ON appliance.id = notice.device_id
    WHERE notice.about LIKE 'consumable:%%'
        AND notice.state = 'sent'
        AND notice.settled_at >= %(since)s
        AND notice.settled_at < %(until)s
        AND (%(region)s::text IS NULL OR appliance.region = %(region)s)
)
SELECT
    CASE %(by)s
        WHEN 'region' THEN reminded.region
        WHEN 'type' THEN reminded.type
        WHEN 'model' THEN rtrim(reminded.type || ' ' || reminded.model)
        WHEN 'tier' THEN reminded.tier
        WHEN 'week' THEN to_char(
            date_trunc('week', reminded.settled_at AT TIME ZONE %(zone)s), 'YYYY-MM-DD'
        )
    END AS part,
    EXISTS (
        SELECT
        FROM hearthwatch.purchases AS bought
        JOIN unnest(%(types)s::text[], %(consumables)s::text[], %(part_numbers)s::text[])
            AS known (type, consumable, part_number) USING (part_number)
        WHERE bought.household_id = reminded.household_id
            AND coalesce(bought.device_id, reminded.device_id) = reminded.device_id
            AND known.type = reminded.type
            AND known.consumable = reminded.consumable
            AND bought.bought_at >= reminded.settled_at
            AND bought.bought_at < reminded.settled_at + interval '30 days'
    ) AS hit
FROM reminded

-- name: households_at_risk
WITH known AS (
    SELECT
        household.id,
        CASE %(by)s WHEN 'region' THEN household.region WHEN 'tier' THEN household.tier END AS part
    FROM hearthwatch.households AS household
    WHERE (%(region)s::text IS NULL OR household.region = %(region)s)
        AND household.created_at < %(until)s
        AND household.merged_into IS NULL
        AND household.erased_at IS NULL
        AND EXISTS (
            SELECT FROM hearthwatch.ownerships AS owned
            WHERE owned.household_id = household.id AND owned.until IS NULL
        )
), troubled AS (
    SELECT
        ticket.household_id, count(*) AS faults,
        sum(coalesce(again.visits, 0) + coalesce(back.times, 0)) AS returns,
        sum(coalesce(late.clocks, 0)) AS late
    FROM hearthwatch.measured_tickets AS ticket
    LEFT JOIN (
        SELECT visit.ticket_id, count(*) AS visits FROM hearthwatch.visits AS visit
        WHERE visit.number > 1 AND visit.state = 'done' AND visit.finished_at < %(until)s
        GROUP BY visit.ticket_id
    ) AS again ON again.ticket_id = ticket.id
    LEFT JOIN (
        SELECT change.ticket_id, count(*) AS times FROM hearthwatch.ticket_changes AS change
        WHERE change.state_after = 'reopened' AND change.at < %(until)s
        GROUP BY change.ticket_id
    ) AS back ON back.ticket_id = ticket.id
    LEFT JOIN (
        SELECT clock.ticket_id, count(*) AS clocks FROM hearthwatch.sla_clocks AS clock
        WHERE clock.breached_at >= %(until)s::timestamptz - interval '90 days'
            AND clock.breached_at < %(until)s
        GROUP BY clock.ticket_id
    ) AS late ON late.ticket_id = ticket.id
    WHERE ticket.opened_at >= %(until)s::timestamptz - interval '90 days'
        AND ticket.opened_at < %(until)s
    GROUP BY ticket.household_id
), unhappy AS (
    SELECT rating.household_id, count(*) AS ratings
    FROM hearthwatch.ratings AS rating
    WHERE (rating.nps <= 6 OR rating.csat <= 2)
        AND rating.at >= %(until)s::timestamptz - interval '90 days'
        AND rating.at < %(until)s
    GROUP BY rating.household_id
), silent AS (
    SELECT owned.household_id, count(*) AS appliances
    FROM hearthwatch.ownerships AS owned
    JOIN hearthwatch.appliances AS appliance
        ON appliance.id = owned.device_id AND appliance.retired_at IS NULL
    JOIN hearthwatch.device_states AS heard ON heard.device_id = owned.device_id
    WHERE owned.until IS NULL
        AND heard.last_reading_at < %(until)s::timestamptz - interval '7 days'
    GROUP BY owned.household_id
), counts AS (
    SELECT
        known.id AS household_id, known.part, coalesce(troubled.faults, 0) AS faults,
        coalesce(troubled.returns, 0)::integer AS returns,
        coalesce(troubled.late, 0)::integer AS late,
        coalesce(unhappy.ratings, 0) AS poor_ratings,
        coalesce(silent.appliances, 0) AS silent_appliances
    FROM known
    LEFT JOIN troubled ON troubled.household_id = known.id
    LEFT JOIN unhappy ON unhappy.household_id = known.id
    LEFT JOIN silent ON silent.household_id = known.id
), judged AS (
    SELECT
        *,
        least(
            100,
            least(45, 15 * greatest(faults - 1, 0))
            + least(30, 15 * returns)
            + least(20, 10 * late)
            + CASE WHEN poor_ratings > 0 THEN 30 ELSE 0 END
            + CASE WHEN silent_appliances > 0 THEN 20 ELSE 0 END
        )::integer AS score
    FROM counts
)
SELECT *, score >= 40 AS hit FROM judged
