-- name: lock
SELECT id, external_id, region, merged_into, erased_at IS NOT NULL AS erased
FROM hearthwatch.households
WHERE id = ANY (%(ids)s::integer[])
ORDER BY id
FOR UPDATE

-- name: mark_merged
UPDATE hearthwatch.households SET merged_into = %(survivor)s WHERE id = %(merged)s

-- name: unmark_merged
UPDATE hearthwatch.households SET merged_into = NULL WHERE id = %(merged)s

-- name: add_alias
INSERT INTO hearthwatch.household_aliases (external_id, household_id, merged_id)
VALUES (%(external_id)s, %(survivor)s, %(merged)s)

-- name: drop_alias
DELETE FROM hearthwatch.household_aliases WHERE merged_id = %(merged)s

-- name: overwrote_at
SELECT overwrote_at FROM hearthwatch.household_aliases WHERE merged_id = %(merged)s

-- name: record
INSERT INTO hearthwatch.household_merges (survivor_id, merged_id, at, actor, reason, trail)
VALUES (%(survivor)s, %(merged)s, %(at)s, %(actor)s, %(reason)s, %(trail)s)
RETURNING id

-- name: trail
SELECT trail FROM hearthwatch.household_merges WHERE id = %(id)s

-- name: note_undone
UPDATE hearthwatch.household_merges
SET undone_at = %(at)s, undone_by = %(actor)s
WHERE id = %(id)s

-- name: get
SELECT
    merge.id, merge.survivor_id, survivor.external_id AS survivor, merge.merged_id,
    merged.external_id AS merged, merge.at, merge.actor, merge.reason, merge.undone_at,
    merge.undone_by, ARRAY[survivor.region, merged.region] AS regions
FROM hearthwatch.household_merges AS merge
JOIN hearthwatch.households AS survivor ON survivor.id = merge.survivor_id
JOIN hearthwatch.households AS merged ON merged.id = merge.merged_id
WHERE merge.id = %(id)s

-- name: of_household
SELECT
    merge.id, merge.survivor_id, survivor.external_id AS survivor, merge.merged_id,
    merged.external_id AS merged, merge.at, merge.actor, merge.reason, merge.undone_at,
    merge.undone_by, ARRAY[survivor.region, merged.region] AS regions
FROM hearthwatch.household_merges AS merge
JOIN hearthwatch.households AS survivor ON survivor.id = merge.survivor_id
JOIN hearthwatch.households AS merged ON merged.id = merge.merged_id
WHERE merge.survivor_id = %(household_id)s OR merge.merged_id = %(household_id)s
ORDER BY merge.id DESC

-- name: survivor_of
SELECT merged_into FROM hearthwatch.households WHERE id = %(household_id)s
