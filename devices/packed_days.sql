-- name: days
-- The days of a device are one row: strings of a whole chunk of devices would grow out of the
-- processor's cache. There is a row without a device if the type has packed days but not these, and
-- none if it has no packed days.
SELECT timestamptz_send(kept.since), timestamptz_send(kept.until), packed.*
FROM hearthwatch.packed_days AS kept
LEFT JOIN LATERAL (
    SELECT
        day.device_id,
        string_agg(timestamptz_send(day.time), NULL),
        string_agg(int4send(coalesce(day.hours, -1)), NULL),
        {columns}
    FROM {daily} AS day
    WHERE day.device_id BETWEEN %(first_id)s AND %(last_id)s
        AND day.time >= greatest(kept.since, %(start)s)
        AND day.time < least(kept.until, %(end)s)
    GROUP BY day.device_id
) AS packed ON true
WHERE kept.type = %(type)s
