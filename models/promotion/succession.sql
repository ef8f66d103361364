-- name: keep
UPDATE hearthwatch.models
SET facts = facts || jsonb_build_object('contest', %(contest)s::jsonb)
WHERE id = %(id)s

-- name: note
INSERT INTO hearthwatch.audit (actor, action, subject, detail)
VALUES (%(actor)s, %(action)s, %(subject)s, %(detail)s)
