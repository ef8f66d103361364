-- name: plan
-- For this transaction: a few hundred groups are kept in memory rather than sorted, the key finds a
-- range of devices, and whoever reads many ranges at once needs no further processes for one.
SELECT
    set_config('work_mem', '64MB', true),
    set_config('enable_sort', 'off', true),
    set_config('enable_seqscan', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true)

-- name: hours
-- An hour of all devices is one row: its numbers as bytes, most significant first, one behind the
-- other, so that neither side handles them one by one. All are in the order of the devices.
SELECT rollup.time, string_agg(int4send(rollup.device_id), NULL), {columns}
FROM {hourly} AS rollup
WHERE rollup.device_id BETWEEN %(first_id)s AND %(last_id)s
    AND rollup.time >= %(start)s
    AND rollup.time < %(end)s
GROUP BY rollup.time
