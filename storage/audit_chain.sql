-- name: links
SELECT entry.link, hearthwatch.audit_text(entry), entry.hash
FROM hearthwatch.audit AS entry
WHERE entry.link > %(after)s
ORDER BY entry.link
LIMIT %(limit)s

-- name: anchor
SELECT link, hash, signature FROM hearthwatch.audit_anchors
ORDER BY link DESC
LIMIT 1

-- name: unlinked
-- Entries of the transaction that asks get their links at its end.
SELECT EXISTS (
    SELECT FROM hearthwatch.audit
    WHERE link IS NULL AND xmin <> pg_current_xact_id()::xid
)

-- name: last
SELECT link, hash FROM (
    (SELECT link, hash FROM hearthwatch.audit WHERE link IS NOT NULL ORDER BY link DESC LIMIT 1)
    UNION ALL
    (SELECT link, hash FROM hearthwatch.audit_anchors ORDER BY link DESC LIMIT 1)
) AS known
ORDER BY link DESC
LIMIT 1

-- name: too_old
-- The last of the oldest entries that are all too old.
SELECT link, hash
FROM (
    SELECT link, hash, at FROM hearthwatch.audit WHERE link IS NOT NULL ORDER BY link LIMIT %(limit)s
) AS oldest
WHERE at < %(before)s
    AND link < coalesce(
        (
            SELECT min(link) FROM hearthwatch.audit
            WHERE link IS NOT NULL AND at >= %(before)s
        ),
        9223372036854775807
    )
ORDER BY link DESC
LIMIT 1

-- name: drop_anchor
WITH gone AS (
    DELETE FROM hearthwatch.audit_anchors WHERE link < %(link)s
)
INSERT INTO hearthwatch.audit_anchors (link, hash, signature)
VALUES (%(link)s, %(hash)s, %(told)s)

-- name: trim
DELETE FROM hearthwatch.audit WHERE link <= %(link)s
