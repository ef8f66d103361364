-- name: claim
-- Forecasts of a type that were not judged yet, which now they are; `serving` tells whether what made
-- one is still the champion.
WITH waiting AS (
    SELECT score.device_id, score.family, appliance.region
    FROM hearthwatch.device_scores AS score
    JOIN hearthwatch.appliances AS appliance ON appliance.id = score.device_id
    WHERE starts_with(score.family, 'fault:')
        AND score.judged_at IS DISTINCT FROM score.at
        AND score.family = ANY (%(families)s::text[])
        AND appliance.type = %(type)s AND appliance.retired_at IS NULL
    ORDER BY score.device_id, score.family
    LIMIT %(limit)s
    FOR UPDATE OF score SKIP LOCKED
)
UPDATE hearthwatch.device_scores AS known
SET judged_at = known.at
FROM waiting, hearthwatch.models AS model
WHERE known.device_id = waiting.device_id AND known.family = waiting.family
    AND model.id = known.model_id
RETURNING
    known.device_id, known.family, known.model_id, known.at, known.score, known.details,
    waiting.region, model.state = 'champion' AS serving
