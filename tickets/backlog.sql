-- name: waiting
SELECT
    (
        SELECT count(*)
        FROM hearthwatch.device_states AS state
        JOIN hearthwatch.appliances AS appliance ON appliance.id = state.device_id
        WHERE state.waiting
            AND appliance.retired_at IS NULL
            AND (%(types)s::text[] IS NULL OR appliance.type = ANY (%(types)s))
    )
    + (SELECT count(*) FROM hearthwatch.fault_events WHERE NOT judged)
    + (
        SELECT count(*) FROM hearthwatch.stale_hours
        WHERE hour <= (SELECT max(event_at) FROM hearthwatch.ingest_progress) - INTERVAL '1 hour'
            AND (%(types)s::text[] IS NULL OR type = ANY (%(types)s))
    )
