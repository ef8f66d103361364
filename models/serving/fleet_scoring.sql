-- name: write
INSERT INTO hearthwatch.device_scores AS known
    (device_id, family, model_id, at, score, details)
SELECT told.device_id, %(family)s, %(model_id)s, %(at)s, told.score, told.details::jsonb
FROM unnest(%(device_ids)s::integer[], %(scores)s::double precision[], %(details)s::text[])
    AS told (device_id, score, details)
ON CONFLICT (device_id, family) DO UPDATE SET
    model_id = excluded.model_id,
    at = excluded.at,
    score = excluded.score,
    details = excluded.details
WHERE excluded.at >= known.at

-- name: note
INSERT INTO hearthwatch.scored_chunks (type, at, model_ids, first_id, last_id, scores)
VALUES (%(type)s, %(at)s, %(model_ids)s, %(first_id)s, %(last_id)s, %(scores)s)
ON CONFLICT DO NOTHING

-- name: noted
SELECT first_id, last_id
FROM hearthwatch.scored_chunks
WHERE type = %(type)s AND at = %(at)s AND model_ids = %(model_ids)s::integer[]

-- name: forget
DELETE FROM hearthwatch.scored_chunks WHERE type = %(type)s AND at < %(before)s
