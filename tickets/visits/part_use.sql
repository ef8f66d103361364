-- name: forget
DELETE FROM hearthwatch.visit_parts WHERE visit_id = %(visit_id)s

-- name: keep
INSERT INTO hearthwatch.visit_parts (visit_id, part_number, quantity, used_at)
SELECT %(visit_id)s, part_number, quantity, %(at)s
FROM unnest(%(part_numbers)s::text[], %(quantities)s::integer[]) AS used (part_number, quantity)

-- name: of_visits
SELECT visit_id, part_number, quantity FROM hearthwatch.visit_parts
WHERE visit_id = ANY (%(visit_ids)s::bigint[])
ORDER BY visit_id, part_number
