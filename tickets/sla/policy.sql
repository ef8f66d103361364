-- name: current
SELECT id AS version, at, actor, document::text AS document
FROM hearthwatch.sla_policies
ORDER BY id DESC
LIMIT 1

-- name: change
INSERT INTO hearthwatch.sla_policies (at, actor, document)
VALUES (%(at)s, %(actor)s, %(document)s)
