-- name: trial
SELECT since, until FROM hearthwatch.shadow_trials WHERE model_id = %(model_id)s

-- name: advance
INSERT INTO hearthwatch.shadow_trials AS known (model_id, since, until)
VALUES (%(model_id)s, %(since)s, %(until)s)
ON CONFLICT (model_id) DO UPDATE SET until = greatest(known.until, excluded.until)

-- name: raise
INSERT INTO hearthwatch.shadow_alerts (model_id, device_id, problem, raised_at, score)
SELECT %(model_id)s, told.*
FROM unnest(
    %(device_ids)s::integer[], %(problems)s::text[], %(at)s::timestamptz[],
    %(scores)s::double precision[]
) AS told
ORDER BY 2, 4
ON CONFLICT DO NOTHING

-- name: clear
WITH ended AS (
    SELECT kept.device_id, kept.raised_at, min(told.at) AS at
    FROM unnest(
        %(device_ids)s::integer[], %(problems)s::text[], %(at)s::timestamptz[]
    ) AS told (device_id, problem, at)
    JOIN hearthwatch.shadow_alerts AS kept
        ON kept.model_id = %(model_id)s
        AND kept.device_id = told.device_id
        AND kept.problem = told.problem
        AND kept.cleared_at IS NULL
        AND kept.raised_at < told.at
    GROUP BY kept.device_id, kept.raised_at
)
UPDATE hearthwatch.shadow_alerts AS known
SET cleared_at = ended.at
FROM ended
WHERE known.model_id = %(model_id)s
    AND known.device_id = ended.device_id
    AND known.raised_at = ended.raised_at

-- name: compare
-- Both: what it would have raised within a day of the champion, for the same device and problem.
WITH trial AS (
    SELECT model.id, model.type, model.family, span.since, span.until
    FROM hearthwatch.models AS model
    JOIN hearthwatch.shadow_trials AS span ON span.model_id = model.id
    WHERE model.id = %(model_id)s
), would AS (
    SELECT kept.device_id, kept.problem, kept.raised_at
    FROM trial
    JOIN hearthwatch.shadow_alerts AS kept ON kept.model_id = trial.id
), did AS (
    SELECT alert.device_id, alert.problem, change.at
    FROM trial
    JOIN hearthwatch.models AS rival
        ON rival.type = trial.type AND rival.family = trial.family AND rival.id <> trial.id
    JOIN hearthwatch.alert_changes AS change
        ON (change.evidence ->> 'model_id')::integer = rival.id
        AND change.change IN ('raised', 'joined')
        AND change.at > trial.since
        AND change.at <= trial.until + INTERVAL '1 hour'
    JOIN hearthwatch.alerts AS alert ON alert.id = change.alert_id
)
SELECT
    trial.since, trial.until,
    (SELECT count(*) FROM would) AS would_raise,
    (SELECT count(*) FROM did) AS raised,
    (
        SELECT count(*) FROM would
        WHERE EXISTS (
            SELECT FROM did
            WHERE did.device_id = would.device_id AND did.problem = would.problem
                AND did.at BETWEEN would.raised_at - INTERVAL '1 day'
                AND would.raised_at + INTERVAL '1 day'
        )
    ) AS both_raise
FROM trial
