-- name: of
SELECT
    name, country, subdivision, time_zone, latitude, longitude, scheduling, offer_tiers, days_off
FROM hearthwatch.service_regions
WHERE name = %(name)s

-- name: set
INSERT INTO hearthwatch.service_regions (
    name, country, subdivision, time_zone, latitude, longitude, scheduling, offer_tiers, days_off
)
VALUES (
    %(name)s, %(country)s, %(subdivision)s, %(time_zone)s, %(latitude)s, %(longitude)s,
    %(scheduling)s, %(offer_tiers)s, %(days_off)s
)
ON CONFLICT (name) DO UPDATE SET
    country = excluded.country,
    subdivision = excluded.subdivision,
    time_zone = excluded.time_zone,
    latitude = excluded.latitude,
    longitude = excluded.longitude,
    scheduling = excluded.scheduling,
    offer_tiers = excluded.offer_tiers,
    days_off = excluded.days_off

-- name: names
-- Every region that an appliance, a technician or a setting names.
SELECT region FROM hearthwatch.appliances
UNION
SELECT region FROM hearthwatch.technicians
UNION
SELECT name FROM hearthwatch.service_regions
ORDER BY 1
