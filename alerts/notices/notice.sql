-- name: write
INSERT INTO hearthwatch.notices (
    key, contact_id, device_id, purpose, occasion, about, ticket_id, safety, trace, language,
    subject_sealed, body_sealed, state, created_at, not_before, detail, settled_at
)
SELECT
    key, contact_id, device_id, purpose, occasion, about, ticket_id, safety, trace, language,
    subject, body, state, %(at)s, not_before, detail,
    CASE state WHEN 'queued' THEN NULL ELSE %(at)s::timestamptz END
FROM unnest(
    %(keys)s::text[], %(contact_ids)s::integer[], %(device_ids)s::integer[], %(purposes)s::text[],
    %(occasions)s::text[], %(abouts)s::text[], %(ticket_ids)s::bigint[], %(safety)s::boolean[],
    %(traces)s::uuid[], %(languages)s::text[], %(subjects)s::bytea[], %(bodies)s::bytea[],
    %(not_before)s::timestamptz[], %(states)s::text[], %(details)s::text[]
) WITH ORDINALITY AS told (
    key, contact_id, device_id, purpose, occasion, about, ticket_id, safety, trace, language,
    subject, body, not_before, state, detail, place
)
ORDER BY place
ON CONFLICT (key) DO NOTHING
RETURNING id, state

-- name: due
SELECT id
FROM hearthwatch.notices
WHERE state = 'queued'
    AND not_before <= %(at)s
    AND (%(ids)s::bigint[] IS NULL OR id = ANY (%(ids)s::bigint[]))
ORDER BY not_before, id
LIMIT %(most)s
FOR UPDATE SKIP LOCKED

-- name: page
SELECT *
FROM hearthwatch.notice_overview
WHERE (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
    AND (%(state)s::text IS NULL OR state = %(state)s)
    AND (%(household_id)s::integer IS NULL OR household_id = %(household_id)s)
    AND (%(ticket_id)s::bigint IS NULL OR ticket_id = %(ticket_id)s)
    AND (%(region)s::text IS NULL OR region = %(region)s)
ORDER BY id DESC
LIMIT %(limit)s

-- name: by_ids
SELECT * FROM hearthwatch.notice_overview WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id

-- name: claim
-- Whoever has it already sends it.
SELECT id FROM hearthwatch.notices
WHERE id = %(id)s AND state = 'queued'
FOR UPDATE SKIP LOCKED

-- name: claim_others
SELECT id
FROM hearthwatch.notices
WHERE contact_id = %(contact_id)s
    AND state = 'queued'
    AND id <> %(id)s
    AND not_before <= %(at)s
    AND purpose <> 'service'
    AND NOT safety
ORDER BY id
FOR UPDATE SKIP LOCKED

-- name: settle
UPDATE hearthwatch.notices
SET
    state = %(state)s,
    settled_at = %(at)s,
    detail = %(detail)s,
    channel = CASE %(channel)s WHEN '' THEN channel ELSE %(channel)s END,
    attempts = attempts + CASE %(state)s WHEN 'withheld' THEN 0 ELSE 1 END,
    sent_with = CASE WHEN id = %(first)s THEN NULL ELSE %(first)s::bigint END
WHERE id = ANY (%(ids)s::bigint[])

-- name: rewrite
UPDATE hearthwatch.notices
SET language = %(language)s, subject_sealed = %(subject)s, body_sealed = %(body)s
WHERE id = %(id)s

-- name: hold
UPDATE hearthwatch.notices
SET
    not_before = %(until)s,
    detail = %(why)s,
    attempts = attempts + CASE %(tried)s WHEN '' THEN 0 ELSE 1 END,
    channel = CASE %(tried)s WHEN '' THEN channel ELSE %(tried)s END
WHERE id = %(id)s

-- name: waiting
SELECT id
FROM hearthwatch.notices
WHERE ticket_id = %(ticket_id)s
    AND state = 'queued'
    AND occasion = ANY (%(occasions)s::text[])
    AND key <> ALL (%(keep)s::text[])
ORDER BY id
FOR UPDATE SKIP LOCKED

-- name: occasions
SELECT occasion
FROM hearthwatch.notices
WHERE ticket_id = %(ticket_id)s AND state IN ('queued', 'sent')
ORDER BY id

-- name: purpose
SELECT purpose FROM hearthwatch.notices WHERE id = %(id)s::bigint

-- name: sent_to
SELECT settled_at
FROM hearthwatch.notices
WHERE contact_id = %(contact_id)s AND state = 'sent' AND sent_with IS NULL
    AND settled_at > %(since)s
ORDER BY settled_at

-- name: count
SELECT count(*) FROM hearthwatch.notices WHERE purpose = %(purpose)s AND state <> 'withheld'
