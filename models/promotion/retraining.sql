-- name: last
SELECT greatest(
    (SELECT max(at) FROM hearthwatch.retrainings WHERE type = %(type)s),
    (SELECT max(trained_at) FROM hearthwatch.models WHERE type = %(type)s)
)

-- name: drifted
SELECT drift.kind, drift.name, drift.stability_index
FROM hearthwatch.model_drift AS drift
JOIN hearthwatch.models AS model ON model.id = drift.model_id
WHERE model.state = 'champion'
    AND model.type = %(type)s
    AND drift.part = 'type'
    AND drift.measured_at > %(since)s
    AND drift.stability_index >= %(major)s
ORDER BY drift.stability_index DESC, drift.kind, drift.name
LIMIT 1

-- name: note
INSERT INTO hearthwatch.retrainings (type, at, why, fitted, promoted)
VALUES (%(type)s, %(at)s, %(why)s, %(fitted)s, %(promoted)s)
ON CONFLICT (type, at) DO UPDATE SET
    why = excluded.why, fitted = excluded.fitted, promoted = excluded.promoted

-- name: put_away
-- Refused versions that nothing refers to; the newest of a family stays, for the next one's number.
DELETE FROM hearthwatch.models AS refused
WHERE refused.type = %(type)s
    AND refused.state = 'candidate'
    AND refused.facts ? 'contest'
    AND refused.trained_at < %(before)s
    AND EXISTS (
        SELECT FROM hearthwatch.models AS newer
        WHERE newer.type = refused.type AND newer.family = refused.family
            AND newer.version > refused.version
    )
