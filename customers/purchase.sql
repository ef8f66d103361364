-- name: record
INSERT INTO hearthwatch.purchases (
    household_id, device_id, part_number, quantity, amount, currency, bought_at, source,
    external_id
)
SELECT
    household_id, device_id, part_number, quantity, amount, currency, bought_at, %(source)s,
    external_id
FROM unnest(
    %(household_ids)s::integer[], %(device_ids)s::integer[], %(part_numbers)s::text[],
    %(quantities)s::integer[], %(amounts)s::numeric[], %(currencies)s::text[],
    %(bought_at)s::timestamptz[], %(external_ids)s::text[]
) AS told (
    household_id, device_id, part_number, quantity, amount, currency, bought_at, external_id
)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    household_id = excluded.household_id,
    device_id = excluded.device_id,
    part_number = excluded.part_number,
    quantity = excluded.quantity,
    amount = excluded.amount,
    currency = excluded.currency,
    bought_at = excluded.bought_at,
    source = excluded.source
RETURNING id

-- name: of_household
SELECT
    id, external_id, household_id, device_id, part_number, quantity, amount, currency, bought_at,
    source
FROM hearthwatch.purchases
WHERE household_id = %(household_id)s
ORDER BY bought_at DESC, id DESC
LIMIT %(most)s
