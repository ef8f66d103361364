-- name: plans
SELECT
    current_setting('work_mem') AS memory,
    current_setting('enable_sort') AS sort,
    current_setting('enable_seqscan') AS scan,
    current_setting('enable_hashjoin') AS hash,
    current_setting('enable_mergejoin') AS merge,
    current_setting('max_parallel_workers_per_gather') AS workers

-- name: plan
-- Until the transaction ends, or until it is said again.
SELECT
    set_config('work_mem', %(memory)s, true),
    set_config('enable_sort', %(sort)s, true),
    set_config('enable_seqscan', %(scan)s, true),
    set_config('enable_hashjoin', %(hash)s, true),
    set_config('enable_mergejoin', %(merge)s, true),
    set_config('max_parallel_workers_per_gather', %(workers)s, true)

-- name: hours
-- An hour of all devices is one row: its numbers as bytes, most significant first, one behind the
-- other, so that neither side handles them one by one. All are in the order of the devices.
SELECT rollup.time, string_agg(int4send(rollup.device_id), NULL), {columns}
FROM (
    SELECT appliance.id AS device_id, span.start, span.until
    FROM hearthwatch.appliances AS appliance
    CROSS JOIN unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS span (start, until)
    WHERE appliance.type = %(type)s AND appliance.id BETWEEN %(first_id)s AND %(last_id)s
    UNION ALL
    SELECT day.device_id, day.time, day.time + INTERVAL '24 hours'
    FROM unnest(%(device_ids)s::integer[], %(days)s::timestamptz[]) AS day (device_id, time)
) AS part
JOIN {hourly} AS rollup
    ON rollup.device_id = part.device_id
    AND rollup.time >= part.start
    AND rollup.time < part.until
WHERE rollup.time >= %(start)s AND rollup.time < %(end)s
GROUP BY rollup.time
