-- name: without_ticket
-- Alerts that no ticket came of, as they were known at `at`: an end that came later is not told.
SELECT
    alert.device_id, least(alert.opened_at, seen.since) AS since,
    least(alert.cleared_at, %(at)s) AS until
FROM hearthwatch.alerts AS alert
JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
LEFT JOIN LATERAL (
    SELECT min((change.evidence ->> 'since')::timestamptz) AS since
    FROM hearthwatch.alert_changes AS change
    WHERE change.alert_id = alert.id AND change.change IN ('raised', 'joined')
) AS seen ON true
WHERE appliance.type = %(type)s
    AND alert.opened_at <= %(at)s
    AND (alert.cleared_at IS NULL OR alert.cleared_at >= %(since)s)
    AND alert.problem <> %(silence)s
    AND NOT EXISTS (
        SELECT FROM hearthwatch.alert_changes AS change
        JOIN hearthwatch.ticket_evidence AS proof ON proof.alert_change_id = change.id
        WHERE change.alert_id = alert.id
    )
ORDER BY alert.device_id, alert.opened_at
