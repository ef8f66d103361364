-- name: scored_until
SELECT scored_until
FROM hearthwatch.scoring_progress
WHERE type = %(type)s AND family = %(family)s

-- name: advance
INSERT INTO hearthwatch.scoring_progress AS known (type, family, scored_until)
VALUES (%(type)s, %(family)s, %(scored_until)s)
ON CONFLICT (type, family) DO UPDATE SET
    scored_until = greatest(known.scored_until, excluded.scored_until)
