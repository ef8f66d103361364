-- name: hold_devices
-- Whoever writes these rows in more than one statement locks them all first, in one order.
SELECT device_id FROM hearthwatch.device_states
WHERE device_id = ANY (%(device_ids)s::integer[])
ORDER BY device_id
FOR NO KEY UPDATE

-- name: advance_devices
-- In the order of devices, as every other writer of these rows. No index names a column that
-- changes with every batch, so that the update stays within its page.
--
-- What is told of a device is judged already if nothing in it strikes, nothing of before waits and
-- no alarm of it is about to turn. Two workers that store side by side bring readings a little out
-- of order: a striking one takes the judge back to it by up to a minute, unless an alarm is turning,
-- for what that has seen cannot be seen again. What is later than that is history.
INSERT INTO hearthwatch.device_states AS known (device_id, last_reading_at, judged_at, waiting)
SELECT device_id, newest, judged_until, striking <> 0
FROM unnest(
    %(device_ids)s::integer[], %(newest)s::timestamptz[], %(judged_until)s::timestamptz[],
    %(striking)s::integer[]
) AS told (device_id, newest, judged_until, striking)
ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET
    last_reading_at = greatest(known.last_reading_at, excluded.last_reading_at),
    judged_at = CASE
        WHEN known.attentive OR known.waiting AND known.judged_at IS NULL THEN known.judged_at
        WHEN excluded.waiting AND excluded.judged_at < known.judged_at - INTERVAL '1 minute'
            THEN known.judged_at
        WHEN excluded.waiting THEN least(known.judged_at, excluded.judged_at)
        WHEN known.waiting THEN known.judged_at
        ELSE greatest(known.judged_at, excluded.judged_at)
    END,
    waiting = known.waiting
        OR (known.attentive OR excluded.waiting)
        AND excluded.last_reading_at
            > coalesce(known.judged_at - INTERVAL '1 minute', '-infinity')

-- name: hold_stale_hours
-- How many of these hours are stale already; they stay so until the caller commits, for a refresh
-- passes over what is locked. Cheaper than to write them again.
SELECT count(*) FROM (
    SELECT FROM unnest(%(device_ids)s::integer[], %(hours)s::timestamptz[])
        AS told (device_id, hour)
    JOIN hearthwatch.stale_hours AS stale
        ON stale.type = %(type)s AND stale.hour = told.hour AND stale.device_id = told.device_id
    ORDER BY stale.hour, stale.device_id
    FOR NO KEY UPDATE OF stale
) AS held

-- name: mark_stale_hours
-- An hour that is stale already is locked all the same: see telemetry.sql.
INSERT INTO hearthwatch.stale_hours (type, device_id, hour)
SELECT %(type)s, device_id, hour
FROM unnest(%(device_ids)s::integer[], %(hours)s::timestamptz[]) AS told (device_id, hour)
ORDER BY hour, device_id
ON CONFLICT (type, hour, device_id) DO UPDATE SET hour = excluded.hour
