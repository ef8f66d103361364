-- name: survivors
SELECT alias.external_id, survivor.external_id
FROM hearthwatch.household_aliases AS alias
JOIN hearthwatch.households AS survivor ON survivor.id = alias.household_id
WHERE alias.external_id = ANY (%(external_ids)s::text[])

-- name: hold
-- In order of id, as a merge locks them, so that the two cannot wait for each other.
SELECT id FROM hearthwatch.households
WHERE external_id = ANY (%(external_ids)s::text[])
    OR id IN (
        SELECT household_id FROM hearthwatch.household_aliases
        WHERE external_id = ANY (%(external_ids)s::text[])
    )
ORDER BY id
FOR NO KEY UPDATE

-- name: note_told
UPDATE hearthwatch.household_aliases AS alias
SET overwrote_at = CASE
    WHEN alias.external_id = ANY (%(external_ids)s::text[]) THEN %(at)s::timestamptz
END
FROM hearthwatch.households AS survivor
WHERE survivor.id = alias.household_id
    AND (
        alias.external_id = ANY (%(external_ids)s::text[])
        OR alias.overwrote_at IS NOT NULL
        AND survivor.external_id = ANY (%(external_ids)s::text[])
    )

-- name: note_newcomers
-- Only those that the merge did not move are new.
UPDATE hearthwatch.household_merges AS merge
SET trail = jsonb_set(
    merge.trail, '{newcomers}',
    (
        SELECT jsonb_agg(DISTINCT each)
        FROM jsonb_array_elements(
            coalesce(merge.trail -> 'newcomers', '[]') || told.contact_ids
        ) AS each
    )
)
FROM (
    SELECT alias.merged_id, jsonb_agg(told.contact_id) AS contact_ids
    FROM unnest(%(external_ids)s::text[], %(contact_ids)s::integer[])
        AS told (external_id, contact_id)
    JOIN hearthwatch.household_aliases AS alias USING (external_id)
    GROUP BY alias.merged_id
) AS told
WHERE merge.merged_id = told.merged_id AND merge.undone_at IS NULL
