-- name: record
INSERT INTO hearthwatch.replacements (device_id, consumable, at, contact_id)
SELECT %(device_id)s, %(consumable)s, %(at)s, %(contact_id)s
WHERE NOT EXISTS (
    SELECT FROM hearthwatch.replacements
    WHERE device_id = %(device_id)s AND consumable = %(consumable)s
        AND at > %(at)s::timestamptz - interval '1 day'
)
ON CONFLICT DO NOTHING

-- name: begin_anew
-- Until the next reckoning: what the old one had left says nothing of the new one.
UPDATE hearthwatch.consumable_estimates
SET used = 0, days_left = NULL, days_low = NULL, days_high = NULL, installed_at = %(at)s
WHERE device_id = %(device_id)s AND consumable = %(consumable)s AND installed_at < %(at)s

-- name: last
SELECT max(at) FROM hearthwatch.replacements
WHERE device_id = %(device_id)s AND consumable = %(consumable)s
HAVING max(at) IS NOT NULL
