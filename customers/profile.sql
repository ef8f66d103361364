-- name: record
-- What is not told keeps what is known.
INSERT INTO hearthwatch.household_profiles
    (household_id, vulnerable, country, latitude, longitude)
SELECT
    told.household_id,
    coalesce(told.vulnerable, known.vulnerable, false),
    coalesce(told.country, known.country, ''),
    coalesce(told.latitude, known.latitude),
    coalesce(told.longitude, known.longitude)
FROM unnest(
    %(household_ids)s::integer[], %(vulnerable)s::boolean[], %(countries)s::text[],
    %(latitudes)s::numeric[], %(longitudes)s::numeric[]
) AS told (household_id, vulnerable, country, latitude, longitude)
LEFT JOIN hearthwatch.household_profiles AS known USING (household_id)
ORDER BY told.household_id
ON CONFLICT (household_id) DO UPDATE SET
    vulnerable = excluded.vulnerable,
    country = excluded.country,
    latitude = excluded.latitude,
    longitude = excluded.longitude

-- name: of
SELECT
    household.id AS household_id, household.tier,
    coalesce(value.score, %(unrated)s)::double precision AS value_score,
    coalesce(profile.vulnerable, false) AS vulnerable,
    coalesce(profile.country, '') AS country,
    profile.latitude::double precision, profile.longitude::double precision
FROM hearthwatch.households AS household
LEFT JOIN hearthwatch.household_profiles AS profile ON profile.household_id = household.id
LEFT JOIN hearthwatch.household_values AS value ON value.household_id = household.id
WHERE household.id = ANY (%(household_ids)s::integer[])
