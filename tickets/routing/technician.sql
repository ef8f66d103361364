-- name: upsert
INSERT INTO hearthwatch.technicians (
    name, external_id, region, types, skills, levels, latitude, longitude, time_zone, hours,
    visits_a_day, active, changed_at
)
VALUES (
    %(name)s, %(external_id)s, %(region)s, %(types)s, %(skills)s, %(levels)s, %(latitude)s,
    %(longitude)s, %(time_zone)s, %(hours)s, %(visits_a_day)s, %(active)s, %(at)s
)
ON CONFLICT (name) DO UPDATE SET
    external_id = coalesce(excluded.external_id, technicians.external_id),
    region = excluded.region,
    types = excluded.types,
    skills = excluded.skills,
    levels = excluded.levels,
    latitude = excluded.latitude,
    longitude = excluded.longitude,
    time_zone = excluded.time_zone,
    hours = excluded.hours,
    visits_a_day = excluded.visits_a_day,
    active = excluded.active,
    changed_at = excluded.changed_at

-- name: rename
-- Who is known by another system's id keeps their visits, parts and absences under a new name.
WITH known AS (
    SELECT technician.name FROM hearthwatch.technicians AS technician
    WHERE technician.external_id = %(external_id)s AND technician.name <> %(name)s
),
visits AS (
    UPDATE hearthwatch.visits AS visit SET technician = %(name)s
    FROM known
    WHERE visit.technician = known.name
    RETURNING visit.ticket_id
),
tickets AS (
    UPDATE hearthwatch.tickets AS ticket SET assignee = %(name)s
    FROM known
    WHERE ticket.id IN (SELECT ticket_id FROM visits) AND ticket.assignee = known.name
),
routings AS (
    UPDATE hearthwatch.routings AS routing SET technician = %(name)s
    FROM known
    WHERE routing.ticket_id IN (SELECT ticket_id FROM visits) AND routing.technician = known.name
)
UPDATE hearthwatch.technicians AS technician SET name = %(name)s
FROM known
WHERE technician.name = known.name
RETURNING technician.name

-- name: named
SELECT
    name, external_id, region, types, skills, levels, latitude, longitude, time_zone, hours,
    visits_a_day, active
FROM hearthwatch.technicians
WHERE name = ANY (%(names)s::text[])
ORDER BY name

-- name: of_region
SELECT
    name, external_id, region, types, skills, levels, latitude, longitude, time_zone, hours,
    visits_a_day, active
FROM hearthwatch.technicians
WHERE region = %(region)s AND active
ORDER BY name

-- name: page
SELECT
    name, external_id, region, types, skills, levels, latitude, longitude, time_zone, hours,
    visits_a_day, active
FROM hearthwatch.technicians
WHERE name > %(after)s AND (%(region)s::text IS NULL OR region = %(region)s)
ORDER BY name
LIMIT %(limit)s
