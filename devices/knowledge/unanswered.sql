-- name: keep
-- No more than so many different ones: anybody may ask.
INSERT INTO hearthwatch.unanswered_questions AS known (type, question, language, first_at, last_at)
SELECT %(type)s, %(question)s, %(language)s, %(at)s, %(at)s
WHERE EXISTS (
        SELECT FROM hearthwatch.unanswered_questions
        WHERE type = %(type)s AND question = %(question)s AND language = %(language)s
    )
    OR (SELECT count(*) FROM hearthwatch.unanswered_questions) < %(most)s
ON CONFLICT (type, question, language) DO UPDATE SET
    asked = known.asked + 1,
    last_at = greatest(known.last_at, excluded.last_at)

-- name: page
SELECT type, question, language, asked, first_at, last_at
FROM hearthwatch.unanswered_questions
ORDER BY asked DESC, last_at DESC, question, type
LIMIT %(limit)s

-- name: settle
DELETE FROM hearthwatch.unanswered_questions
WHERE question = %(question)s AND (%(type)s::text IS NULL OR type = %(type)s)
