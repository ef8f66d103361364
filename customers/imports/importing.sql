-- name: households_of_contacts
-- The household of each contact that is known, by its own id and by those merged into it.
SELECT contact.external_id AS contact_id, household.external_id AS household_id
FROM hearthwatch.contacts AS contact
JOIN hearthwatch.households AS household ON household.id = contact.household_id
WHERE contact.external_id = ANY (%(contact_ids)s::text[])
UNION ALL
SELECT contact.external_id, alias.external_id
FROM hearthwatch.contacts AS contact
JOIN hearthwatch.household_aliases AS alias ON alias.household_id = contact.household_id
WHERE contact.external_id = ANY (%(contact_ids)s::text[])

-- name: of_other_regions
SELECT known.external_id
FROM (
    SELECT external_id, region FROM hearthwatch.households
    WHERE external_id = ANY (%(external_ids)s::text[]) AND merged_into IS NULL
    UNION ALL
    SELECT alias.external_id, survivor.region
    FROM hearthwatch.household_aliases AS alias
    JOIN hearthwatch.households AS survivor ON survivor.id = alias.household_id
    WHERE alias.external_id = ANY (%(external_ids)s::text[])
) AS known
WHERE known.region <> %(region)s
