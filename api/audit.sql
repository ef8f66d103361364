-- name: record
INSERT INTO hearthwatch.audit (actor, action, subject)
VALUES (%(actor)s, %(action)s, %(subject)s)

-- name: about
SELECT at, actor, action, detail
FROM hearthwatch.audit
WHERE subject = ANY (%(subjects)s::text[])
ORDER BY id DESC
LIMIT %(most)s
