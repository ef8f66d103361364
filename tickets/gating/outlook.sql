-- name: past
-- What each alert was raised with, and the device as far as its costs depend on it.
SELECT
    appliance.type, alert.problem, appliance.installed_on, alert.severity, first.at, first.evidence
FROM hearthwatch.alerts AS alert
JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
CROSS JOIN LATERAL (
    SELECT change.at, change.evidence
    FROM hearthwatch.alert_changes AS change
    WHERE change.alert_id = alert.id
    ORDER BY change.at, change.id
    LIMIT 1
) AS first
WHERE appliance.region = %(region)s AND alert.opened_at > %(since)s
ORDER BY alert.opened_at DESC, alert.id DESC
LIMIT %(limit)s
