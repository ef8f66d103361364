-- name: record
INSERT INTO hearthwatch.audit (actor, action, subject)
VALUES (%(actor)s, %(action)s, %(subject)s)
