-- A desk that has worked for two years, made of whole numbers: `households` of them, two appliances
-- and three tickets each, of which one in twenty is open.

-- name: appliances
INSERT INTO hearthwatch.appliances (serial, type, model, firmware, region, registered_at)
SELECT
    'D-' || lpad(n::text, 8, '0'),
    (%(types)s::text[])[1 + n %% cardinality(%(types)s::text[])],
    'Model ' || n %% 7, '1.' || n %% 4,
    'region-' || lpad((((n + 1) / 2) %% %(regions)s)::text, 2, '0'),
    %(now)s::timestamptz - interval '800 days'
FROM generate_series(1, 2 * %(households)s) AS n
ORDER BY n

-- name: device_states
INSERT INTO hearthwatch.device_states (device_id, last_reading_at, judged_at)
SELECT id, seen, seen
FROM (
    SELECT id, %(now)s::timestamptz - make_interval(mins => CASE id %% 50 WHEN 0 THEN 20000 ELSE id %% 60 END) AS seen
    FROM hearthwatch.appliances
) AS heard

-- name: ownerships
INSERT INTO hearthwatch.ownerships (device_id, household_id, since)
SELECT id, (id + 1) / 2, registered_at FROM hearthwatch.appliances

-- name: profiles
INSERT INTO hearthwatch.household_profiles (household_id, vulnerable, country, latitude, longitude)
SELECT
    id, id %% 25 = 0, 'GB', 51 + (id %% %(regions)s) * 0.05 + (id %% 17) * 0.01, -2 + (id %% 19) * 0.01
FROM hearthwatch.households

-- name: plans
INSERT INTO hearthwatch.plans (external_id, device_id, kind, name, starts_on, ends_on, covers)
SELECT
    'W-' || id, id, 'warranty', 'Warranty', registered_at::date,
    registered_at::date + 365 * (1 + id %% 4), ARRAY['parts', 'labour']
FROM hearthwatch.appliances

-- name: purchases
INSERT INTO hearthwatch.purchases (
    household_id, device_id, part_number, quantity, amount, currency, bought_at, source, external_id
)
SELECT
    1 + n * 31::bigint %% %(households)s, NULL, 'PART-' || n %% 40, 1, 5 + n %% 200, 'GBP',
    %(now)s::timestamptz - make_interval(hours => n %% 17000), 'shop', 'P-' || n
FROM generate_series(1, 2 * %(households)s) AS n

-- name: tickets
-- Those of the last days are open, and every third of the newest three in twenty.
INSERT INTO hearthwatch.tickets (
    device_id, household_id, problem, state, severity, safety, origin, opened_at, changed_at, assignee,
    visit_at
)
SELECT
    appliance.id, (appliance.id + 1) / 2, told.problem, told.state,
    (ARRAY['low', 'medium', 'medium', 'high'])[1 + told.n %% 4], false,
    (ARRAY['customer', 'forecast', 'alert', 'alert', 'alert'])[1 + told.n %% 5],
    told.at,
    CASE WHEN told.open THEN told.at + interval '1 hour' ELSE least(told.at + interval '9 days', %(now)s) END,
    told.technician,
    CASE WHEN told.state IN ('scheduled', 'dispatched') THEN
        date_trunc('day', %(now)s::timestamptz) + interval '1 day 9 hours'
        + make_interval(days => (row_number() OVER (PARTITION BY told.state IN ('scheduled', 'dispatched'), told.technician ORDER BY told.n))::integer)
    END
FROM (
    SELECT
        drawn.*, 1 + (drawn.n * 7919::bigint) %% (2 * %(households)s) AS device_id,
        CASE WHEN state IN ('new', 'triaged', 'waiting_for_customer', 'reopened', 'cancelled') THEN NULL
            ELSE 'region-' || lpad((((2 + (drawn.n * 7919::bigint) %% (2 * %(households)s)) / 2) %% %(regions)s)::text, 2, '0')
                || ' technician ' || lpad((drawn.n %% %(technicians)s)::text, 2, '0')
        END AS technician,
        problem.name AS problem
    FROM (
        SELECT
            n, n > 2.985 * %(households)s OR n > 2.55 * %(households)s AND n %% 3 = 0 AS open,
            %(now)s::timestamptz - (3 * %(households)s - n) * (interval '730 days' / (3 * %(households)s)) - interval '1 hour' AS at,
            CASE
                WHEN n > 2.985 * %(households)s OR n > 2.55 * %(households)s AND n %% 3 = 0 THEN (ARRAY[
                    'new', 'new', 'triaged', 'triaged', 'triaged', 'triaged', 'triaged', 'triaged', 'triaged',
                    'triaged', 'triaged', 'triaged', 'triaged', 'reopened', 'waiting_for_customer',
                    'waiting_for_customer', 'scheduled', 'scheduled', 'scheduled', 'dispatched'
                ])[1 + (n / 3) %% 20]
                WHEN n %% 10 = 7 THEN 'cancelled'
                WHEN n > 2.96 * %(households)s THEN 'resolved'
                ELSE 'closed'
            END AS state
        FROM generate_series(1, 3 * %(households)s) AS n
    ) AS drawn
    CROSS JOIN LATERAL (
        SELECT (%(problems)s::jsonb -> (%(types)s::text[])[1 + (1 + (drawn.n * 7919::bigint) %% (2 * %(households)s))::integer %% cardinality(%(types)s::text[])]) AS names
    ) AS known
    CROSS JOIN LATERAL (
        SELECT known.names ->> (drawn.n %% jsonb_array_length(known.names)) AS name
    ) AS problem
) AS told
JOIN hearthwatch.appliances AS appliance ON appliance.id = told.device_id
ORDER BY told.n

-- name: ticket_changes
INSERT INTO hearthwatch.ticket_changes (ticket_id, at, actor, state_before, state_after)
SELECT ticket.id, ticket.opened_at + step.after, 'bench', step.before, step.state
FROM hearthwatch.tickets AS ticket
CROSS JOIN LATERAL (
    VALUES
        (interval '0', NULL, 'new', true),
        (interval '1 hour', 'new', ticket.state, ticket.state IN ('triaged', 'waiting_for_customer', 'scheduled', 'dispatched', 'reopened')),
        (interval '1 hour', 'new', 'triaged', ticket.state IN ('resolved', 'closed', 'cancelled')),
        (interval '1 day', 'triaged', 'cancelled', ticket.state = 'cancelled'),
        (interval '2 hours', 'triaged', 'scheduled', ticket.state IN ('resolved', 'closed')),
        (interval '2 days', 'scheduled', 'resolved', ticket.state IN ('resolved', 'closed')),
        (interval '9 days', 'resolved', 'closed', ticket.state = 'closed')
) AS step (after, before, state, taken)
WHERE step.taken
ORDER BY ticket.id, step.after

-- name: visits
INSERT INTO hearthwatch.visits (
    ticket_id, number, technician, begins_at, ends_at, state, outcome, planned_at, set_out_at, arrived_at,
    finished_at
)
SELECT
    id, 1, assignee,
    coalesce(visit_at, opened_at + interval '46 hours'),
    coalesce(visit_at, opened_at + interval '46 hours') + interval '90 minutes',
    CASE state WHEN 'scheduled' THEN 'planned' WHEN 'dispatched' THEN 'under_way' ELSE 'done' END,
    CASE WHEN visit_at IS NULL THEN 'resolved' END,
    opened_at + interval '2 hours',
    CASE WHEN state <> 'scheduled' THEN opened_at + interval '45 hours' END,
    CASE WHEN visit_at IS NULL THEN opened_at + interval '46 hours' END,
    CASE WHEN visit_at IS NULL THEN opened_at + interval '48 hours' END
FROM hearthwatch.tickets
WHERE state IN ('scheduled', 'dispatched', 'resolved', 'closed')
ORDER BY id

-- name: verdicts
INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, mode, consumable, visit_id)
SELECT
    visit.ticket_id, visit.finished_at, 'bench',
    CASE WHEN visit.id %% 10 < 7 THEN 'confirmed' WHEN visit.id %% 10 = 9 THEN 'could_not_reproduce' ELSE 'no_fault_found' END,
    CASE WHEN visit.id %% 10 < 7 THEN 'worn' END, NULL, visit.id
FROM hearthwatch.visits AS visit
WHERE visit.state = 'done'
ORDER BY visit.id

-- name: routings
INSERT INTO hearthwatch.routings (ticket_id, at, by_human, chosen_by, actor, technician, begins_at)
SELECT
    ticket_id, planned_at, ticket_id %% 12 = 0,
    CASE WHEN ticket_id %% 12 = 0 THEN 'staff' ELSE 'routing' END, 'bench', technician, begins_at
FROM hearthwatch.visits
ORDER BY id

-- name: ended_clocks
INSERT INTO hearthwatch.sla_clocks (
    ticket_id, kind, state, severity, safety, tier, terms, target, warn_after, started_at, breached_at, ended_at
)
SELECT
    ticket.id, clock.kind, CASE WHEN ticket.id %% 9 = 0 THEN 'breached' ELSE 'met' END, ticket.severity,
    ticket.safety, household.tier, model.terms, model.target, model.warn_after, ticket.opened_at,
    CASE WHEN ticket.id %% 9 = 0 THEN ticket.opened_at + clock.after - interval '10 minutes' END,
    ticket.opened_at + clock.after
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.households AS household ON household.id = ticket.household_id
CROSS JOIN (VALUES ('first_response', interval '1 hour'), ('resolution', interval '2 days')) AS clock (kind, after)
JOIN LATERAL (
    SELECT terms, target, warn_after FROM hearthwatch.sla_clocks AS known
    WHERE known.kind = clock.kind
    LIMIT 1
) AS model ON true
WHERE ticket.state IN ('resolved', 'closed', 'cancelled')
ORDER BY ticket.id

-- name: alerts
INSERT INTO hearthwatch.alerts (id, device_id, problem, severity, opened_at, cleared_at)
OVERRIDING SYSTEM VALUE
SELECT
    id, device_id, problem, severity, opened_at - interval '10 minutes',
    CASE WHEN state IN ('resolved', 'closed', 'cancelled') THEN opened_at + interval '2 days' END
FROM hearthwatch.tickets
WHERE origin <> 'customer'
ORDER BY id

-- name: alert_changes
INSERT INTO hearthwatch.alert_changes (id, alert_id, at, change, signal, severity, evidence)
OVERRIDING SYSTEM VALUE
SELECT
    alert.id, alert.id, alert.opened_at, 'raised', 'bench', alert.severity,
    jsonb_build_object('kind', 'code', 'source', 'bench', 'code', 'E2', 'since', alert.opened_at, 'until', alert.opened_at)
FROM hearthwatch.alerts AS alert
ORDER BY alert.id

-- name: evidence
INSERT INTO hearthwatch.ticket_evidence (ticket_id, alert_change_id)
SELECT id, id FROM hearthwatch.alert_changes ORDER BY id

-- name: number_on
SELECT
    setval(pg_get_serial_sequence('hearthwatch.alerts', 'id'), 4 * %(households)s),
    setval(pg_get_serial_sequence('hearthwatch.alert_changes', 'id'), 4 * %(households)s)

-- name: ratings
INSERT INTO hearthwatch.ratings (ticket_id, household_id, contact_id, nps, csat, at)
SELECT ticket.id, ticket.household_id, person.id, ticket.id %% 11, 1 + ticket.id %% 5, ticket.opened_at + interval '3 days'
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.contacts AS person ON person.household_id = ticket.household_id AND person.is_primary
WHERE ticket.state IN ('resolved', 'closed') AND ticket.id %% 3 = 1 AND ticket.opened_at < %(now)s::timestamptz - interval '3 days'
ORDER BY ticket.id

-- name: notices
-- A sealed letter of a contact stands for all of its own: one about each ticket of the household.
INSERT INTO hearthwatch.notices (
    key, contact_id, device_id, purpose, occasion, about, ticket_id, trace, channel, language,
    subject_sealed, body_sealed, created_at, not_before, state, settled_at, attempts
)
SELECT
    'bench:' || told.contact_id || ':' || ticket.id, told.contact_id, ticket.device_id,
    CASE WHEN ticket.id %% 4 = 0 THEN 'reminders' ELSE 'service' END,
    CASE WHEN ticket.id %% 4 = 0 THEN 'care_tip' ELSE 'resolved' END, 'ticket:' || ticket.id, ticket.id, ticket.trace,
    'null', told.language, told.subject, told.body, ticket.opened_at,
    CASE drawn.state WHEN 'queued' THEN %(now)s::timestamptz + interval '8 hours' ELSE ticket.opened_at END,
    drawn.state,
    CASE drawn.state WHEN 'queued' THEN NULL ELSE ticket.opened_at + interval '1 minute' END,
    (drawn.state <> 'queued')::integer
FROM unnest(%(ids)s::integer[], %(languages)s::text[], %(homes)s::integer[], %(subjects)s::bytea[], %(bodies)s::bytea[])
    AS told (contact_id, language, household_id, subject, body)
JOIN hearthwatch.tickets AS ticket ON ticket.household_id = told.household_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN ticket.id > 2.9 * %(households)s AND told.contact_id %% 3 = 0 THEN 'queued'
        WHEN told.contact_id %% 97 = 0 THEN 'failed'
        WHEN told.contact_id %% 19 = 0 THEN 'withheld'
        ELSE 'sent'
    END AS state
) AS drawn

-- name: interactions
INSERT INTO hearthwatch.interactions (
    household_id, device_id, ticket_id, channel, direction, at, actor, text_sealed
)
SELECT
    told.household_id, ticket.device_id, ticket.id, 'hotline', 'inbound', ticket.opened_at + interval '30 minutes',
    'bench', told.text
FROM unnest(%(homes)s::integer[], %(texts)s::bytea[]) AS told (household_id, text)
JOIN LATERAL (
    SELECT id, device_id, opened_at FROM hearthwatch.tickets AS ticket
    WHERE ticket.household_id = told.household_id
    ORDER BY id
    LIMIT 1
) AS ticket ON true

-- name: events
INSERT INTO hearthwatch.events (position, at, recorded_at, kind, subject, trace, region, facts)
SELECT
    n, told.at, told.at,
    (ARRAY['ticket.opened', 'ticket.triaged', 'alert.raised', 'notice.sent', 'ticket.closed'])[1 + n %% 5],
    'ticket:' || ticket.id, ticket.trace, appliance.region, '{"state": "triaged", "severity": "high"}'
FROM generate_series(1, 20 * %(households)s) AS n
CROSS JOIN LATERAL (
    SELECT %(now)s::timestamptz - (20 * %(households)s - n) * (interval '180 days' / (20 * %(households)s)) AS at
) AS told
JOIN hearthwatch.tickets AS ticket ON ticket.id = 1 + (n::bigint * 3) / 20 %% (3 * %(households)s)
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
ORDER BY n

-- name: fed
UPDATE hearthwatch.event_feed SET last_position = 20 * %(households)s

-- name: links
INSERT INTO hearthwatch.my_links (secret_hash, contact_id, subject, notice_id, made_at, expires_at)
SELECT sha256(id::text::bytea), contact_id, about, id, created_at, created_at + interval '30 days'
FROM hearthwatch.notices
WHERE state = 'sent'

-- name: audit
INSERT INTO hearthwatch.audit (actor, action, subject, at)
SELECT 'bench', 'customer.seen', 'household:' || (1 + n * 37 %% %(households)s), %(now)s
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
