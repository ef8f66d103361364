-- name: put
INSERT INTO hearthwatch.models
    (type, family, version, trained_at, span_from, span_until, devices, facts, artefact)
SELECT
    %(type)s, %(family)s, coalesce(max(known.version), 0) + 1, %(trained_at)s, %(span_from)s,
    %(span_until)s, %(devices)s, %(facts)s, %(artefact)s
FROM hearthwatch.models AS known
WHERE known.type = %(type)s AND known.family = %(family)s
RETURNING id, type, family, version, trained_at, span_from, span_until, devices, facts, serving

-- name: demote
-- In a statement of its own: the index on serving models is checked row by row.
UPDATE hearthwatch.models AS other
SET serving = false
FROM hearthwatch.models AS chosen
WHERE chosen.id = %(id)s
    AND other.type = chosen.type
    AND other.family = chosen.family
    AND other.serving
    AND other.id <> chosen.id

-- name: promote
UPDATE hearthwatch.models
SET serving = true
WHERE id = %(id)s
RETURNING id, type, family, version, trained_at, span_from, span_until, devices, facts, serving

-- name: serving
SELECT id, type, family, version, trained_at, span_from, span_until, devices, facts, serving
FROM hearthwatch.models
WHERE type = %(type)s AND serving
ORDER BY family

-- name: versions
SELECT id, type, family, version, trained_at, span_from, span_until, devices, facts, serving
FROM hearthwatch.models
WHERE type = %(type)s
ORDER BY family, version DESC

-- name: artefact
SELECT artefact
FROM hearthwatch.models
WHERE id = %(id)s
