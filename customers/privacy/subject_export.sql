-- name: acts
SELECT at, actor, action, subject, detail ->> 'where' AS about
FROM hearthwatch.audit
WHERE subject = ANY (%(subjects)s::text[])
    OR (
        subject = 'households'
        AND EXISTS (
            SELECT FROM unnest(%(households)s::integer[]) AS home (id)
            WHERE detail -> 'households' @> to_jsonb(home.id)
        )
    )
ORDER BY id
