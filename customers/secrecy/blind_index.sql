-- name: replace_households
WITH gone AS (
    DELETE FROM hearthwatch.blind_marks WHERE household_id = ANY (%(owner_ids)s::integer[])
)
INSERT INTO hearthwatch.blind_marks (household_id, kind, mark)
SELECT id, kind, mark
FROM unnest(%(ids)s::integer[], %(kinds)s::text[], %(marks)s::bytea[]) AS told (id, kind, mark)

-- name: replace_contacts
WITH gone AS (
    DELETE FROM hearthwatch.blind_marks WHERE contact_id = ANY (%(owner_ids)s::integer[])
)
INSERT INTO hearthwatch.blind_marks (contact_id, kind, mark)
SELECT id, kind, mark
FROM unnest(%(ids)s::integer[], %(kinds)s::text[], %(marks)s::bytea[]) AS told (id, kind, mark)

-- name: find
SELECT household_id, contact_id
FROM hearthwatch.blind_marks
WHERE kind = %(kind)s AND mark = ANY (%(marks)s::bytea[])
GROUP BY household_id, contact_id
HAVING count(DISTINCT mark) = %(needed)s
ORDER BY household_id, contact_id
LIMIT %(limit)s
