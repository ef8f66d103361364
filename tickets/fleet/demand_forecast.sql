-- name: forget
DELETE FROM hearthwatch.demand

-- name: keep
INSERT INTO hearthwatch.demand (kind, part_number, region, week, expected, low, high, made_at)
SELECT kind, part_number, region, week, expected, low, high, %(at)s
FROM unnest(
    %(kinds)s::text[], %(parts)s::text[], %(regions)s::text[], %(weeks)s::date[],
    %(expected)s::float8[], %(low)s::integer[], %(high)s::integer[]
) AS told (kind, part_number, region, week, expected, low, high)

-- name: of_region
SELECT kind, part_number, week, expected, low, high, made_at
FROM hearthwatch.demand
WHERE region IS NOT DISTINCT FROM %(region)s AND week < %(until)s
ORDER BY kind, part_number, week

-- name: regions
SELECT DISTINCT region FROM hearthwatch.demand WHERE region <> '' ORDER BY region

-- name: first_week
SELECT min(week) FROM hearthwatch.demand
