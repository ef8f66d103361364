-- name: links
-- Foreign keys to households, with the primary key of each table and all of its columns.
SELECT
    child.relname AS table_name, link.attname AS column_name,
    (
        SELECT array_agg(part.attname::text ORDER BY place.number)
        FROM pg_index AS key
        CROSS JOIN unnest(key.indkey) WITH ORDINALITY AS place (attnum, number)
        JOIN pg_attribute AS part ON part.attrelid = child.oid AND part.attnum = place.attnum
        WHERE key.indrelid = child.oid AND key.indisprimary
    ) AS key,
    (
        SELECT array_agg(part.attname::text ORDER BY part.attnum)
        FROM pg_attribute AS part
        WHERE part.attrelid = child.oid AND part.attnum > 0 AND NOT part.attisdropped
    ) AS columns
FROM pg_constraint AS tie
JOIN pg_class AS child ON child.oid = tie.conrelid
JOIN pg_attribute AS link ON link.attrelid = child.oid AND link.attnum = tie.conkey[1]
WHERE tie.contype = 'f'
    AND tie.confrelid = 'hearthwatch.households'::regclass
    AND cardinality(tie.conkey) = 1
    AND EXISTS (
        SELECT FROM pg_index AS key WHERE key.indrelid = child.oid AND key.indisprimary
    )
ORDER BY child.relname, link.attname

-- name: primary
SELECT id FROM hearthwatch.contacts WHERE household_id = %(source)s AND is_primary

-- name: step_down
-- A household has one primary contact: where the survivor has one, the other's is so no more.
UPDATE hearthwatch.contacts
SET is_primary = false
WHERE household_id = %(source)s
    AND is_primary
    AND EXISTS (
        SELECT FROM hearthwatch.contacts AS other
        WHERE other.household_id = %(target)s AND other.is_primary
    )

-- name: none_primary
UPDATE hearthwatch.contacts SET is_primary = false
WHERE id = ANY (%(ids)s::integer[]) AND is_primary

-- name: appoint_again
UPDATE hearthwatch.contacts SET is_primary = true
WHERE id = %(primary)s AND household_id = %(source)s

-- name: take_over_profile
-- Somebody vulnerable in one is somebody vulnerable in both; return what the survivor's was.
WITH told AS (
    SELECT CASE WHEN own.household_id IS NULL THEN 'absent' ELSE 'calm' END AS before
    FROM hearthwatch.household_profiles AS merged
    LEFT JOIN hearthwatch.household_profiles AS own ON own.household_id = %(target)s
    WHERE merged.household_id = %(source)s
        AND merged.vulnerable
        AND own.vulnerable IS NOT TRUE
),
changed AS (
    INSERT INTO hearthwatch.household_profiles (household_id, vulnerable)
    SELECT %(target)s, true FROM told
    ON CONFLICT (household_id) DO UPDATE SET vulnerable = true
)
SELECT before FROM told

-- name: make_calm
UPDATE hearthwatch.household_profiles SET vulnerable = false WHERE household_id = %(target)s

-- name: make_absent
DELETE FROM hearthwatch.household_profiles
WHERE household_id = %(target)s AND country = '' AND latitude IS NULL
