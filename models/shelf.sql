-- name: put
INSERT INTO hearthwatch.models
    (type, family, version, trained_at, span_from, span_until, devices, facts, artefact)
SELECT
    %(type)s, %(family)s, coalesce(max(known.version), 0) + 1, %(trained_at)s, %(span_from)s,
    %(span_until)s, %(devices)s, %(facts)s, %(artefact)s
FROM hearthwatch.models AS known
WHERE known.type = %(type)s AND known.family = %(family)s
RETURNING
    id, type, family, version, trained_at, span_from, span_until, devices, facts,
    state = 'champion' AS serving, state, replaced_id

-- name: get
SELECT
    id, type, family, version, trained_at, span_from, span_until, devices, facts,
    state = 'champion' AS serving, state, replaced_id
FROM hearthwatch.models
WHERE id = %(id)s

-- name: list
SELECT
    id, type, family, version, trained_at, span_from, span_until, devices, facts,
    state = 'champion' AS serving, state, replaced_id
FROM hearthwatch.models
WHERE (%(type)s::text IS NULL OR type = %(type)s)
    AND (%(family)s::text IS NULL OR family = %(family)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY type, family, version DESC

-- name: page
SELECT
    id, type, family, version, trained_at, span_from, span_until, devices, facts,
    state = 'champion' AS serving, state, replaced_id
FROM hearthwatch.models
WHERE (%(before_id)s::integer IS NULL OR id < %(before_id)s)
    AND (%(type)s::text IS NULL OR type = %(type)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: become
UPDATE hearthwatch.models
SET state = %(state)s, replaced_id = coalesce(%(replaced_id)s, replaced_id)
WHERE id = %(id)s
RETURNING
    id, type, family, version, trained_at, span_from, span_until, devices, facts,
    state = 'champion' AS serving, state, replaced_id

-- name: note
INSERT INTO hearthwatch.audit (actor, action, subject, detail)
VALUES (%(actor)s, %(action)s, %(subject)s, %(detail)s)

-- name: artefact
SELECT artefact
FROM hearthwatch.models
WHERE id = %(id)s
