-- name: raise
-- Opens an alert, or joins the open one and makes it as severe as the new finding.
WITH told AS (
    SELECT *
    FROM unnest(
        %(device_ids)s::integer[], %(problems)s::text[], %(severities)s::text[],
        %(signals)s::text[], %(at)s::timestamptz[], %(evidence)s::text[]
    ) AS told (device_id, problem, severity, signal, at, evidence)
), alert AS (
    INSERT INTO hearthwatch.alerts AS known (device_id, problem, severity, opened_at)
    SELECT device_id, problem, severity, at FROM told ORDER BY device_id, problem
    ON CONFLICT (device_id, problem) WHERE cleared_at IS NULL DO UPDATE SET
        severity = hearthwatch.worse(known.severity, excluded.severity)
    RETURNING id, device_id, problem, (xmax = 0) AS opened
)
INSERT INTO hearthwatch.alert_changes (alert_id, at, change, signal, severity, evidence)
SELECT
    alert.id, told.at, CASE WHEN alert.opened THEN 'raised' ELSE 'joined' END,
    told.signal, told.severity, told.evidence::jsonb
FROM told
JOIN alert USING (device_id, problem)
RETURNING
    id, alert_id,
    (SELECT device_id FROM alert WHERE alert.id = alert_id),
    (SELECT problem FROM alert WHERE alert.id = alert_id),
    change

-- name: ease
-- One signal fell quiet; the alert clears if it was the last.
WITH told AS (
    SELECT *
    FROM unnest(
        %(device_ids)s::integer[], %(problems)s::text[], %(severities)s::text[],
        %(signals)s::text[], %(at)s::timestamptz[], %(evidence)s::text[]
    ) AS told (device_id, problem, severity, signal, at, evidence)
), eased AS (
    SELECT
        alert.id, alert.device_id, alert.problem, told.signal, told.severity, told.evidence,
        greatest(told.at, alert.opened_at) AS at,
        NOT EXISTS (
            SELECT FROM (
                SELECT DISTINCT ON (change.signal) change.change
                FROM hearthwatch.alert_changes AS change
                WHERE change.alert_id = alert.id AND change.signal <> told.signal
                ORDER BY change.signal, change.id DESC
            ) AS newest
            WHERE newest.change IN ('raised', 'joined')
        ) AS last
    FROM told
    JOIN hearthwatch.alerts AS alert
        ON alert.device_id = told.device_id
        AND alert.problem = told.problem
        AND alert.cleared_at IS NULL
), cleared AS (
    UPDATE hearthwatch.alerts AS alert
    SET cleared_at = eased.at
    FROM eased
    WHERE alert.id = eased.id AND eased.last
)
INSERT INTO hearthwatch.alert_changes (alert_id, at, change, signal, severity, evidence)
SELECT
    id, at, CASE WHEN last THEN 'cleared' ELSE 'eased' END, signal, severity, evidence::jsonb
FROM eased
RETURNING
    id, alert_id,
    (SELECT device_id FROM eased WHERE eased.id = alert_id),
    (SELECT problem FROM eased WHERE eased.id = alert_id),
    change

-- name: origins
-- What an event about an alert says beside the change.
SELECT alert.id, alert.trace, appliance.region, appliance.serial, appliance.type
FROM hearthwatch.alerts AS alert
JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
WHERE alert.id = ANY (%(ids)s::bigint[])

-- name: page
SELECT
    alert.id, alert.device_id, appliance.serial, appliance.type, alert.problem, alert.severity,
    alert.opened_at, alert.cleared_at, held.why AS held, held.probability
FROM hearthwatch.alerts AS alert
JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
LEFT JOIN hearthwatch.held_alerts AS held
    ON held.alert_id = alert.id AND alert.cleared_at IS NULL
WHERE (%(before_id)s::bigint IS NULL OR alert.id < %(before_id)s)
    AND (NOT %(open_only)s OR alert.cleared_at IS NULL)
    AND (%(device_id)s::integer IS NULL OR alert.device_id = %(device_id)s)
ORDER BY alert.id DESC
LIMIT %(limit)s
