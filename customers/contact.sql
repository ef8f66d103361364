-- name: upsert
INSERT INTO hearthwatch.contacts AS known
    (household_id, external_id, name, phone, email, language)
SELECT household_id, external_id, name, phone, email, language
FROM unnest(
    %(household_ids)s::integer[], %(external_ids)s::text[], %(names)s::text[],
    %(phones)s::text[], %(emails)s::text[], %(languages)s::text[]
) AS told (household_id, external_id, name, phone, email, language)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    is_primary = known.is_primary AND known.household_id = excluded.household_id,
    household_id = excluded.household_id,
    name = excluded.name,
    phone = excluded.phone,
    email = excluded.email,
    language = excluded.language
RETURNING external_id, id

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

-- name: log_consents
-- Only an answer that differs from the last one is a new row.
INSERT INTO hearthwatch.consents (contact_id, purpose, granted, at, source)
SELECT told.contact_id, told.purpose, told.granted, %(at)s, %(source)s
FROM unnest(%(contact_ids)s::integer[], %(purposes)s::text[], %(granted)s::boolean[])
    AS told (contact_id, purpose, granted)
LEFT JOIN LATERAL (
    SELECT granted FROM hearthwatch.consents AS before
    WHERE before.contact_id = told.contact_id AND before.purpose = told.purpose
    ORDER BY before.at DESC, before.id DESC
    LIMIT 1
) AS last ON true
WHERE last.granted IS DISTINCT FROM told.granted

-- name: of_household
SELECT id, household_id, external_id, name, phone, email, language, is_primary
FROM hearthwatch.contacts
WHERE household_id = %(household_id)s
ORDER BY is_primary DESC, id

-- name: consents
SELECT purpose
FROM (
    SELECT DISTINCT ON (purpose) purpose, granted
    FROM hearthwatch.consents
    WHERE contact_id = %(contact_id)s
    ORDER BY purpose, at DESC, id DESC
) AS latest
WHERE granted
