-- name: households_of_contacts
-- The household, by its external id, of each contact that is known.
SELECT contact.external_id AS contact_id, household.external_id AS household_id
FROM hearthwatch.contacts AS contact
JOIN hearthwatch.households AS household ON household.id = contact.household_id
WHERE contact.external_id = ANY (%(contact_ids)s::text[])
