-- name: daily
-- The last known value of each day of each appliance in service.
SELECT DISTINCT ON (rollup.device_id, date_trunc('day', rollup.time))
    rollup.device_id, rollup.time, rollup.{column} AS value
FROM {hourly} AS rollup
JOIN hearthwatch.appliances AS appliance ON appliance.id = rollup.device_id
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND rollup.time >= %(start)s
    AND rollup.time < %(end)s
    AND rollup.{column} IS NOT NULL
ORDER BY rollup.device_id, date_trunc('day', rollup.time), rollup.time DESC

-- name: upsert
-- When a part was put in is reckoned back only once: what hangs on it must not move every day.
INSERT INTO hearthwatch.consumable_estimates
    (device_id, consumable, at, used, days_left, days_low, days_high, installed_at)
SELECT
    told.device_id, %(consumable)s, %(at)s, told.used, told.days_left, told.low, told.high,
    coalesce(told.replaced_at, known.installed_at, told.installed_at)
FROM unnest(
    %(device_ids)s::integer[], %(used)s::float8[], %(days_left)s::float8[], %(low)s::float8[],
    %(high)s::float8[], %(installed_at)s::timestamptz[], %(replaced_at)s::timestamptz[]
) AS told (device_id, used, days_left, low, high, installed_at, replaced_at)
LEFT JOIN hearthwatch.consumable_estimates AS known
    ON known.device_id = told.device_id AND known.consumable = %(consumable)s
ORDER BY told.device_id
ON CONFLICT (device_id, consumable) DO UPDATE SET
    at = excluded.at,
    used = excluded.used,
    days_left = excluded.days_left,
    days_low = excluded.days_low,
    days_high = excluded.days_high,
    installed_at = excluded.installed_at
RETURNING device_id, consumable, at, used, days_left, days_low, days_high, installed_at
