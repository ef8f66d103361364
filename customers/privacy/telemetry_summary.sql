-- name: appliance
SELECT serial, type, model FROM hearthwatch.appliances WHERE id = %(id)s

-- name: metrics
SELECT metric FROM hearthwatch.telemetry_columns WHERE type = %(type)s ORDER BY metric

-- name: metric
-- A metric that nothing was heard of in that time is left out.
{name}, CASE WHEN sum({count}) > 0 THEN jsonb_build_object(
    'readings', sum({count}), 'mean', sum({mean} * {count}) / sum({count}),
    'least', min({low}), 'most', max({high})
) END

-- name: span
-- Whole hours alone: what an hour in which the appliance changed hands holds is of both homes.
SELECT
    count(*) AS hours,
    min(time) AS first_hour,
    max(time) AS last_hour,
    jsonb_strip_nulls(jsonb_build_object({metrics})) AS metrics
FROM {hourly}
WHERE device_id = %(device_id)s
    AND time >= %(since)s
    AND (%(until)s::timestamptz IS NULL OR time + interval '1 hour' <= %(until)s)
