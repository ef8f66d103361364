-- name: backlog
SELECT
    (
        SELECT count(*)
        FROM hearthwatch.device_states AS state
        JOIN hearthwatch.appliances AS appliance ON appliance.id = state.device_id
        WHERE state.waiting
            AND appliance.retired_at IS NULL
    ) AS unjudged_devices,
    (SELECT count(*) FROM hearthwatch.fault_events WHERE NOT judged) AS unjudged_codes,
    (SELECT count(*) FROM hearthwatch.stale_hours) AS stale_hours,
    (SELECT count(*) FROM hearthwatch.appliances WHERE retired_at IS NULL) AS appliances

-- name: workers
SELECT
    worker AS name,
    event_at,
    extract(epoch FROM clock_timestamp() - updated_at)::double precision AS silent_s
FROM hearthwatch.ingest_progress
ORDER BY worker

-- name: recent_letters
-- The newest thousand tell enough, and cost the same however many there are.
SELECT count(*)
FROM (
    SELECT received_at FROM hearthwatch.dead_letters ORDER BY id DESC LIMIT 1000
) AS newest
WHERE received_at > now() - INTERVAL '10 minutes'

-- name: open_tickets
SELECT severity, count(*)
FROM hearthwatch.tickets
WHERE state NOT IN ('resolved', 'closed', 'cancelled')
GROUP BY severity
