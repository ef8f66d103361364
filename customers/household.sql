-- name: upsert
INSERT INTO hearthwatch.households
    (external_id, name, address, region, time_zone, tier, created_at)
SELECT external_id, name, address, region, time_zone, tier, %(at)s
FROM unnest(
    %(external_ids)s::text[], %(names)s::text[], %(addresses)s::text[], %(regions)s::text[],
    %(time_zones)s::text[], %(tiers)s::text[]
) AS told (external_id, name, address, region, time_zone, tier)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    name = excluded.name,
    address = excluded.address,
    region = excluded.region,
    time_zone = excluded.time_zone,
    tier = excluded.tier
RETURNING external_id, id

-- name: get
SELECT id, external_id, name, address, region, time_zone, tier
FROM hearthwatch.households
WHERE id = %(id)s

-- name: page
SELECT id, external_id, name, address, region, time_zone, tier
FROM hearthwatch.households
WHERE id > %(after_id)s AND (%(region)s::text IS NULL OR region = %(region)s)
ORDER BY id
LIMIT %(limit)s

-- name: ids_of
SELECT external_id, id FROM hearthwatch.households
WHERE external_id = ANY (%(external_ids)s::text[])
