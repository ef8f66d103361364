-- name: known
SELECT device_id, consumable, at, used, days_left, days_low, days_high, installed_at, model_id
FROM hearthwatch.consumable_estimates
WHERE device_id = %(device_id)s AND consumable = %(consumable)s
