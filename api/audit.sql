-- name: record
INSERT INTO hearthwatch.audit (actor, action, subject)
VALUES (%(actor)s, %(action)s, %(subject)s)

-- name: saw
-- A list of many is one entry, found by the households in its detail.
INSERT INTO hearthwatch.audit (actor, action, subject, detail)
SELECT
    %(actor)s, 'customer.seen',
    CASE cardinality(%(ids)s::integer[])
        WHEN 1 THEN 'household:' || (%(ids)s::integer[])[1]
        ELSE 'households'
    END,
    jsonb_build_object('where', %(where)s::text, 'households', to_jsonb(%(ids)s::integer[]))

-- name: about
SELECT at, actor, action, detail
FROM hearthwatch.audit
WHERE subject = ANY (%(subjects)s::text[])
ORDER BY id DESC
LIMIT %(most)s

-- name: page
SELECT id, at, actor, action, subject, detail, link
FROM hearthwatch.audit
WHERE (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
    AND (%(actor)s::text IS NULL OR actor = %(actor)s)
    AND (
        %(household_id)s::integer IS NULL
        OR subject = 'household:' || %(household_id)s
        OR (
            subject = 'households'
            AND detail -> 'households' @> to_jsonb(%(household_id)s::integer)
        )
    )
ORDER BY id DESC
LIMIT %(limit)s
