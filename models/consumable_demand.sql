-- name: estimates
-- Those of appliances in use; the rest will not need any as long as they stand still.
SELECT
    appliance.region, estimate.used, estimate.days_left, estimate.days_low, estimate.days_high,
    extract(epoch FROM %(at)s - estimate.at)::float8 / 86400 AS age_days,
    extract(epoch FROM estimate.at - estimate.installed_at)::float8 / 86400 AS days_in_use
FROM hearthwatch.consumable_estimates AS estimate
JOIN hearthwatch.appliances AS appliance ON appliance.id = estimate.device_id
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND estimate.consumable = %(consumable)s
    AND estimate.days_left IS NOT NULL
    AND estimate.at <= %(at)s
