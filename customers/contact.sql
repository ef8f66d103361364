-- name: upsert
INSERT INTO hearthwatch.contacts AS known (household_id, external_id, language)
SELECT household_id, external_id, language
FROM unnest(%(household_ids)s::integer[], %(external_ids)s::text[], %(languages)s::text[])
    AS told (household_id, external_id, language)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    is_primary = known.is_primary AND known.household_id = excluded.household_id,
    household_id = excluded.household_id,
    language = excluded.language
RETURNING external_id, id

-- name: put
UPDATE hearthwatch.contacts AS contact
SET
    name = NULL,
    name_sealed = told.name,
    phone = NULL,
    phone_sealed = told.phone,
    email = NULL,
    email_sealed = told.email
FROM unnest(%(ids)s::integer[], %(names)s::bytea[], %(phones)s::bytea[], %(emails)s::bytea[])
    AS told (id, name, phone, email)
WHERE contact.id = told.id

-- name: homes
SELECT DISTINCT household_id FROM hearthwatch.contacts
WHERE external_id = ANY (%(external_ids)s::text[])

-- name: appoint_primary
-- Where a household has no primary contact, the first one told of becomes it, or else the oldest.
UPDATE hearthwatch.contacts
SET is_primary = true
WHERE id IN (
    SELECT DISTINCT ON (candidate.household_id) candidate.id
    FROM hearthwatch.contacts AS candidate
    WHERE candidate.household_id = ANY (%(household_ids)s::integer[])
        AND NOT EXISTS (
            SELECT FROM hearthwatch.contacts AS other
            WHERE other.household_id = candidate.household_id AND other.is_primary
        )
    ORDER BY
        candidate.household_id,
        array_position(%(external_ids)s::text[], candidate.external_id),
        candidate.id
)

-- name: of_household
SELECT
    id, household_id, external_id, name, name_sealed, phone, phone_sealed, email, email_sealed,
    language, is_primary
FROM hearthwatch.contacts
WHERE household_id = %(household_id)s AND erased_at IS NULL
ORDER BY is_primary DESC, id

-- name: by_ids
SELECT
    id, household_id, external_id, name, name_sealed, phone, phone_sealed, email, email_sealed,
    language, is_primary
FROM hearthwatch.contacts
WHERE id = ANY (%(ids)s::integer[])

-- name: primary_of
SELECT
    id, household_id, external_id, name, name_sealed, phone, phone_sealed, email, email_sealed,
    language, is_primary
FROM hearthwatch.contacts
WHERE household_id = ANY (%(ids)s::integer[]) AND is_primary
