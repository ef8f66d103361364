-- name: upsert
INSERT INTO hearthwatch.households (external_id, region, time_zone, tier, created_at)
SELECT external_id, region, time_zone, tier, %(at)s
FROM unnest(
    %(external_ids)s::text[], %(regions)s::text[], %(time_zones)s::text[], %(tiers)s::text[]
) AS told (external_id, region, time_zone, tier)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    region = excluded.region,
    time_zone = excluded.time_zone,
    tier = excluded.tier
RETURNING external_id, id

-- name: put
UPDATE hearthwatch.households AS household
SET
    name = NULL,
    name_sealed = told.name,
    address = NULL,
    address_sealed = told.address
FROM unnest(%(ids)s::integer[], %(names)s::bytea[], %(addresses)s::bytea[])
    AS told (id, name, address)
WHERE household.id = told.id

-- name: by_ids
SELECT
    id, external_id, name, name_sealed, address, address_sealed, region, time_zone, tier
FROM hearthwatch.households
WHERE id = ANY (%(ids)s::integer[])

-- name: get
SELECT
    id, external_id, name, name_sealed, address, address_sealed, region, time_zone, tier
FROM hearthwatch.households
WHERE id = %(id)s AND erased_at IS NULL

-- name: page
SELECT
    id, external_id, name, name_sealed, address, address_sealed, region, time_zone, tier
FROM hearthwatch.households
WHERE id > %(after_id)s
    AND (%(region)s::text IS NULL OR region = %(region)s)
    AND erased_at IS NULL
    AND merged_into IS NULL
ORDER BY id
LIMIT %(limit)s

-- name: ids_of
-- The id of a household that was merged means the one that it is now.
SELECT external_id, id FROM hearthwatch.households
WHERE external_id = ANY (%(external_ids)s::text[]) AND merged_into IS NULL
UNION ALL
SELECT external_id, household_id FROM hearthwatch.household_aliases
WHERE external_id = ANY (%(external_ids)s::text[])
