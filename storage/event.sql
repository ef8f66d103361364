-- name: append
INSERT INTO hearthwatch.events (kind, subject, at, trace, region, facts)
SELECT kind, subject, at, trace, region, facts
FROM unnest(
    %(kinds)s::text[], %(subjects)s::text[], %(at)s::timestamptz[], %(traces)s::uuid[],
    %(regions)s::text[], %(facts)s::jsonb[]
) WITH ORDINALITY AS told (kind, subject, at, trace, region, facts, place)
ORDER BY place

-- name: of_subject
SELECT kind, subject, at, trace, region, facts
FROM hearthwatch.events
WHERE subject = %(value)s
ORDER BY id

-- name: of_trace
SELECT kind, subject, at, trace, region, facts
FROM hearthwatch.events
WHERE trace = %(value)s
ORDER BY id
