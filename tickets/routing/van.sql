-- name: clear
DELETE FROM hearthwatch.van_parts WHERE technician = %(technician)s

-- name: load
INSERT INTO hearthwatch.van_parts (technician, part_number, quantity)
SELECT %(technician)s, part_number, quantity
FROM unnest(%(parts)s::text[], %(quantities)s::integer[]) AS told (part_number, quantity)

-- name: take
WITH there AS (
    SELECT van.technician, van.part_number, least(van.quantity, told.quantity) AS quantity
    FROM unnest(%(parts)s::text[], %(quantities)s::integer[]) AS told (part_number, quantity)
    JOIN hearthwatch.van_parts AS van
        ON van.technician = %(technician)s AND van.part_number = told.part_number
    WHERE van.quantity > 0
    ORDER BY van.part_number
    FOR UPDATE OF van
)
UPDATE hearthwatch.van_parts AS van
SET quantity = van.quantity - there.quantity
FROM there
WHERE van.technician = there.technician AND van.part_number = there.part_number
RETURNING van.part_number, there.quantity

-- name: stock
SELECT technician, part_number, quantity
FROM hearthwatch.van_parts
WHERE technician = ANY (%(technicians)s::text[]) AND quantity > 0
ORDER BY technician, part_number
