-- name: daily
-- The last known value of each day of each appliance in service.
SELECT DISTINCT ON (rollup.device_id, date_trunc('day', rollup.time, 'UTC'))
    rollup.device_id, rollup.time, rollup.{column} AS value
FROM {hourly} AS rollup
JOIN hearthwatch.appliances AS appliance ON appliance.id = rollup.device_id
WHERE appliance.type = %(type)s
    AND appliance.retired_at IS NULL
    AND rollup.time >= %(start)s
    AND rollup.time < %(end)s
    AND rollup.{column} IS NOT NULL
ORDER BY rollup.device_id, date_trunc('day', rollup.time, 'UTC'), rollup.time DESC

-- name: upsert
-- When a part was put in is reckoned back only once: what hangs on it must not move every day.
INSERT INTO hearthwatch.consumable_estimates
    (device_id, consumable, at, used, days_left, days_low, days_high, installed_at, model_id)
SELECT
    told.device_id, %(consumable)s, %(at)s, told.used, told.days_left, told.low, told.high,
    coalesce(told.replaced_at, known.installed_at, told.installed_at), told.model_id
FROM unnest(
    %(device_ids)s::integer[], %(used)s::float8[], %(days_left)s::float8[], %(low)s::float8[],
    %(high)s::float8[], %(installed_at)s::timestamptz[], %(replaced_at)s::timestamptz[],
    %(model_ids)s::integer[]
) AS told (device_id, used, days_left, low, high, installed_at, replaced_at, model_id)
LEFT JOIN hearthwatch.consumable_estimates AS known
    ON known.device_id = told.device_id AND known.consumable = %(consumable)s
ORDER BY told.device_id
ON CONFLICT (device_id, consumable) DO UPDATE SET
    at = excluded.at,
    used = excluded.used,
    days_left = excluded.days_left,
    days_low = excluded.days_low,
    days_high = excluded.days_high,
    installed_at = excluded.installed_at,
    model_id = excluded.model_id
RETURNING
    device_id, consumable, at, used, days_left, days_low, days_high, installed_at, model_id

-- name: renewals
-- What technicians and customers said that they replaced lately, and what the appliance said in the
-- three days from then on: it may not have been told. Of several verdicts on a ticket the last
-- counts.
WITH told AS (
    SELECT ticket.device_id, verdict.at
    FROM hearthwatch.tickets AS ticket
    JOIN LATERAL (
        SELECT given.at, given.finding, given.consumable
        FROM hearthwatch.ticket_verdicts AS given
        WHERE given.ticket_id = ticket.id AND given.at < %(end)s
        ORDER BY given.id DESC
        LIMIT 1
    ) AS verdict ON verdict.finding = 'replaced' AND verdict.consumable = %(consumable)s
    UNION ALL
    SELECT device_id, at
    FROM hearthwatch.replacements
    WHERE consumable = %(consumable)s AND at < %(end)s
)
SELECT DISTINCT ON (told.device_id) told.device_id, told.at, near.least, near.most
FROM told
JOIN hearthwatch.appliances AS appliance ON appliance.id = told.device_id
CROSS JOIN LATERAL (
    SELECT
        min(rollup.{column})::double precision AS least,
        max(rollup.{column})::double precision AS most
    FROM {hourly} AS rollup
    WHERE rollup.device_id = told.device_id
        AND rollup.time >= told.at - interval '1 hour'
        AND rollup.time < least(told.at + interval '3 days', %(end)s)
) AS near
WHERE appliance.type = %(type)s AND told.at >= %(start)s AND near.least IS NOT NULL
ORDER BY told.device_id, told.at DESC
