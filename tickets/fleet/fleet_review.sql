-- name: cells
-- The appliances of the fleet by what they have in common, and for how long each was in service.
-- What a new appliance had before it came, and shows in its first days, says nothing of a rise.
SELECT
    type, batch, firmware, model, region,
    (count(*) FILTER (WHERE retired_at IS NULL))::float8 AS devices,
    sum(greatest(extract(epoch FROM
        least(retired_at, %(until)s) - greatest(registered_at + %(settling)s::interval, %(since)s)
    ), 0) / extract(epoch FROM %(recent)s::interval))::float8 AS exposure,
    sum(greatest(extract(epoch FROM
        least(retired_at, %(since)s) - greatest(registered_at + %(settling)s::interval, %(start)s)
    ), 0) / extract(epoch FROM %(recent)s::interval))::float8 AS past_exposure
FROM hearthwatch.appliances
WHERE type = ANY (%(types)s::text[])
    AND registered_at < %(until)s
    AND (retired_at IS NULL OR retired_at > %(start)s)
GROUP BY type, batch, firmware, model, region
ORDER BY type, batch, firmware, model, region

-- name: cases
-- On how many appliances each fault was newly found; each counts once a window.
SELECT
    appliance.type, ticket.problem, appliance.batch, appliance.firmware, appliance.model,
    appliance.region,
    count(DISTINCT ticket.device_id) FILTER (WHERE ticket.opened_at > %(since)s) AS cases,
    count(DISTINCT (
        ticket.device_id,
        floor(extract(epoch FROM %(since)s - ticket.opened_at)
            / extract(epoch FROM %(recent)s::interval))
    )) FILTER (WHERE ticket.opened_at <= %(since)s) AS past_cases
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE ticket.opened_at > %(start)s
    AND ticket.opened_at <= %(until)s
    AND ticket.opened_at >= appliance.registered_at + %(settling)s::interval
    AND appliance.type = ANY (%(types)s::text[])
GROUP BY
    appliance.type, ticket.problem, appliance.batch, appliance.firmware, appliance.model,
    appliance.region

-- name: judged_at
SELECT max(judged_at) FROM hearthwatch.outbreaks

-- name: running
SELECT * FROM hearthwatch.outbreaks WHERE closed_at IS NULL ORDER BY id

-- name: open
-- First seen with the first ticket of the recent window.
INSERT INTO hearthwatch.outbreaks (
    type, problem, model, firmware, batch, region, opened_at, judged_at, first_seen_at, chance,
    devices, cases, usual, past_cases, past_exposure, past_ratio, past_low, past_high,
    rest_ratio, rest_low, rest_high, coming, coming_low, coming_high
)
SELECT
    %(type)s, %(problem)s, %(model)s::text, %(firmware)s::text, %(batch)s::text, %(region)s::text,
    %(at)s, %(at)s,
    (
        SELECT coalesce(min(ticket.opened_at), %(at)s)
        FROM hearthwatch.tickets AS ticket
        JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
        WHERE ticket.problem = %(problem)s
            AND ticket.opened_at > %(since)s
            AND ticket.opened_at <= %(at)s
            AND ticket.opened_at >= appliance.registered_at + %(settling)s::interval
            AND appliance.type = %(type)s
            AND appliance.model = coalesce(%(model)s, appliance.model)
            AND appliance.firmware = coalesce(%(firmware)s, appliance.firmware)
            AND appliance.batch = coalesce(%(batch)s, appliance.batch)
            AND appliance.region = coalesce(%(region)s, appliance.region)
    ),
    %(chance)s, %(devices)s, %(cases)s, %(usual)s, %(past_cases)s, %(past_exposure)s,
    %(past_ratio)s, %(past_low)s, %(past_high)s, %(rest_ratio)s, %(rest_low)s, %(rest_high)s,
    %(coming)s, %(coming_low)s, %(coming_high)s
ON CONFLICT DO NOTHING
RETURNING id

-- name: update
UPDATE hearthwatch.outbreaks SET
    judged_at = %(at)s,
    quiet_since = %(quiet_since)s,
    closed_at = %(closed_at)s,
    devices = %(devices)s,
    cases = %(cases)s,
    usual = %(usual)s,
    past_ratio = %(past_ratio)s,
    past_low = %(past_low)s,
    past_high = %(past_high)s,
    rest_ratio = %(rest_ratio)s,
    rest_low = %(rest_low)s,
    rest_high = %(rest_high)s,
    coming = %(coming)s,
    coming_low = %(coming_low)s,
    coming_high = %(coming_high)s
WHERE id = %(id)s AND closed_at IS NULL

-- name: hold
-- Take the single tickets in; one that has a parent keeps it.
INSERT INTO hearthwatch.outbreak_tickets (ticket_id, outbreak_id)
SELECT DISTINCT ON (ticket.id) ticket.id, outbreak.id
FROM hearthwatch.outbreaks AS outbreak
JOIN hearthwatch.tickets AS ticket
    ON ticket.problem = outbreak.problem AND ticket.opened_at >= outbreak.first_seen_at
JOIN hearthwatch.appliances AS appliance
    ON appliance.id = ticket.device_id
    AND appliance.type = outbreak.type
    AND appliance.model = coalesce(outbreak.model, appliance.model)
    AND appliance.firmware = coalesce(outbreak.firmware, appliance.firmware)
    AND appliance.batch = coalesce(outbreak.batch, appliance.batch)
    AND appliance.region = coalesce(outbreak.region, appliance.region)
WHERE outbreak.closed_at IS NULL AND ticket.opened_at <= %(at)s
ORDER BY ticket.id, outbreak.id
ON CONFLICT DO NOTHING
