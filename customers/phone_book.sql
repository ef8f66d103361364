-- name: homes
SELECT DISTINCT household.id, coalesce(profile.country, ''), household.time_zone
FROM hearthwatch.contacts AS contact
JOIN hearthwatch.households AS household ON household.id = contact.household_id
LEFT JOIN hearthwatch.household_profiles AS profile ON profile.household_id = household.id
WHERE contact.id = ANY (%(contact_ids)s::integer[])
    AND household.erased_at IS NULL
    AND (%(region)s::text IS NULL OR household.region = %(region)s)

-- name: countries
SELECT DISTINCT coalesce(profile.country, ''), household.time_zone
FROM hearthwatch.households AS household
LEFT JOIN hearthwatch.household_profiles AS profile ON profile.household_id = household.id
WHERE household.erased_at IS NULL
    AND household.merged_into IS NULL
    AND (%(region)s::text IS NULL OR household.region = %(region)s)
