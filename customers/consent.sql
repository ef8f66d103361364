-- name: record
-- Only an answer that differs from the last one of its channel, or from the one that counts there, is
-- a new row. What people took back themselves is not granted again at second hand.
INSERT INTO hearthwatch.consents
    (contact_id, purpose, channel, granted, at, source, wording, actor)
SELECT
    told.contact_id, told.purpose, told.channel, told.granted, %(at)s, %(source)s, told.wording,
    told.actor
FROM unnest(
    %(contact_ids)s::integer[], %(purposes)s::text[], %(channels)s::text[], %(granted)s::boolean[],
    %(wordings)s::text[], %(actors)s::text[]
) AS told (contact_id, purpose, channel, granted, wording, actor)
LEFT JOIN LATERAL (
    SELECT before.granted, before.source
    FROM hearthwatch.consents AS before
    WHERE before.contact_id = told.contact_id
        AND before.purpose = told.purpose
        AND before.channel IS NOT DISTINCT FROM told.channel
    ORDER BY before.at DESC, before.id DESC
    LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT before.granted
    FROM hearthwatch.consents AS before
    WHERE before.contact_id = told.contact_id
        AND before.purpose = told.purpose
        AND (before.channel IS NULL OR before.channel = told.channel)
    ORDER BY before.at DESC, before.id DESC
    LIMIT 1
) AS counts ON true
WHERE (
        last.granted IS DISTINCT FROM told.granted
        OR counts.granted IS DISTINCT FROM told.granted
    )
    AND NOT (
        %(source)s = ANY (%(second_hand)s::text[])
        AND told.granted
        AND NOT coalesce(last.granted, true)
        AND last.source <> ALL (%(second_hand)s::text[])
    )

-- name: allows
SELECT granted
FROM hearthwatch.consents
WHERE contact_id = %(contact_id)s
    AND purpose = %(purpose)s
    AND (channel IS NULL OR channel = %(channel)s::text)
ORDER BY at DESC, id DESC
LIMIT 1

-- name: purposes
SELECT purpose
FROM (
    SELECT DISTINCT ON (purpose) purpose, granted
    FROM hearthwatch.consents
    WHERE contact_id = %(contact_id)s AND channel IS NULL
    ORDER BY purpose, at DESC, id DESC
) AS latest
WHERE granted

-- name: log
SELECT at, purpose, channel, granted, source, wording, actor
FROM hearthwatch.consents
WHERE contact_id = %(contact_id)s
ORDER BY at, id
