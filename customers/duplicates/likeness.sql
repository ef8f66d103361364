-- name: told_apart
SELECT first_id, second_id FROM hearthwatch.likenesses WHERE dismissed_at IS NOT NULL

-- name: keep
INSERT INTO hearthwatch.likenesses (first_id, second_id, score, reasons, found_at)
SELECT first_id, second_id, score, string_to_array(reasons, ';'), %(at)s
FROM unnest(
    %(firsts)s::integer[], %(seconds)s::integer[], %(scores)s::double precision[],
    %(reasons)s::text[]
) AS found (first_id, second_id, score, reasons)
ORDER BY first_id, second_id
ON CONFLICT (first_id, second_id) DO UPDATE SET
    score = excluded.score,
    reasons = excluded.reasons

-- name: forget
DELETE FROM hearthwatch.likenesses AS known
WHERE dismissed_at IS NULL
    AND first_id = ANY (%(looked_at)s::integer[])
    AND second_id = ANY (%(looked_at)s::integer[])
    AND NOT EXISTS (
        SELECT FROM unnest(%(firsts)s::integer[], %(seconds)s::integer[])
            AS found (first_id, second_id)
        WHERE found.first_id = known.first_id AND found.second_id = known.second_id
    )

-- name: regions_of
SELECT DISTINCT region FROM hearthwatch.households
WHERE id = ANY (%(household_ids)s::integer[])
ORDER BY region

-- name: standing
SELECT id FROM hearthwatch.households
WHERE id = ANY (%(household_ids)s::integer[]) AND merged_into IS NULL AND erased_at IS NULL

-- name: page
SELECT
    alike.first_id, alike.second_id, first.external_id AS first_external_id,
    second.external_id AS second_external_id, first.region, second.region AS other_region,
    alike.score, alike.reasons, alike.found_at
FROM hearthwatch.likenesses AS alike
JOIN hearthwatch.households AS first ON first.id = alike.first_id
JOIN hearthwatch.households AS second ON second.id = alike.second_id
WHERE alike.dismissed_at IS NULL
    AND first.merged_into IS NULL
    AND second.merged_into IS NULL
    AND (
        %(region)s::text IS NULL OR first.region = %(region)s AND second.region = %(region)s
    )
ORDER BY alike.score DESC, alike.first_id, alike.second_id
LIMIT %(limit)s OFFSET %(after)s

-- name: among
SELECT
    alike.first_id, alike.second_id, first.external_id AS first_external_id,
    second.external_id AS second_external_id, first.region, second.region AS other_region,
    alike.score, alike.reasons, alike.found_at
FROM hearthwatch.likenesses AS alike
JOIN hearthwatch.households AS first ON first.id = alike.first_id
JOIN hearthwatch.households AS second ON second.id = alike.second_id
WHERE alike.dismissed_at IS NULL
    AND first.merged_into IS NULL
    AND second.merged_into IS NULL
    AND (
        alike.first_id = ANY (%(household_ids)s::integer[])
        OR alike.second_id = ANY (%(household_ids)s::integer[])
    )
ORDER BY alike.score DESC, alike.first_id, alike.second_id

-- name: dismiss
UPDATE hearthwatch.likenesses
SET dismissed_at = %(at)s, dismissed_by = %(actor)s
WHERE first_id = %(first)s AND second_id = %(second)s AND dismissed_at IS NULL
