-- name: write
INSERT INTO hearthwatch.notices (
    key, contact_id, device_id, purpose, channel, language, subject, body, state, created_at,
    detail
)
SELECT
    key, contact_id, device_id, purpose, %(channel)s, language, subject, body, state, %(at)s,
    CASE state WHEN 'withheld' THEN 'no consent to ' || purpose ELSE '' END
FROM unnest(
    %(keys)s::text[], %(contact_ids)s::integer[], %(device_ids)s::integer[], %(purposes)s::text[],
    %(languages)s::text[], %(subjects)s::text[], %(bodies)s::text[], %(states)s::text[]
) AS told (key, contact_id, device_id, purpose, language, subject, body, state)
ON CONFLICT (key) DO NOTHING
RETURNING id, state

-- name: page
SELECT
    notice.id, notice.key, notice.contact_id, contact.name AS contact_name, appliance.serial,
    notice.purpose, notice.channel, notice.language, notice.subject, notice.body,
    notice.created_at, notice.state, notice.settled_at, notice.detail
FROM hearthwatch.notices AS notice
JOIN hearthwatch.contacts AS contact ON contact.id = notice.contact_id
LEFT JOIN hearthwatch.appliances AS appliance ON appliance.id = notice.device_id
WHERE %(before_id)s::bigint IS NULL OR notice.id < %(before_id)s
ORDER BY notice.id DESC
LIMIT %(limit)s

-- name: claim
SELECT
    notice.id, notice.key, notice.contact_id, contact.name AS contact_name, appliance.serial,
    notice.purpose, notice.channel, notice.language, notice.subject, notice.body,
    notice.created_at, notice.state, notice.settled_at, notice.detail
FROM hearthwatch.notices AS notice
JOIN hearthwatch.contacts AS contact ON contact.id = notice.contact_id
LEFT JOIN hearthwatch.appliances AS appliance ON appliance.id = notice.device_id
WHERE notice.id = %(id)s AND notice.state = 'queued'
FOR UPDATE OF notice

-- name: settle
UPDATE hearthwatch.notices
SET state = %(state)s, settled_at = %(at)s, detail = %(detail)s
WHERE id = %(id)s

-- name: count
SELECT count(*) FROM hearthwatch.notices WHERE purpose = %(purpose)s AND state <> 'withheld'
