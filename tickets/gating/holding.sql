-- name: page
SELECT
    held.alert_id, appliance.serial, appliance.type, held.region, alert.problem, alert.severity,
    held.since, held.judged_at, held.probability, held.gain, held.why
FROM hearthwatch.held_alerts AS held
JOIN hearthwatch.alerts AS alert ON alert.id = held.alert_id AND alert.cleared_at IS NULL
JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
WHERE %(region)s::text IS NULL OR held.region = %(region)s
ORDER BY held.gain DESC, held.alert_id
LIMIT %(limit)s
