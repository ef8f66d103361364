-- name: ways
SELECT channel, preferred, disabled_at, reason
FROM hearthwatch.contact_channels
WHERE contact_id = %(contact_id)s
ORDER BY channel

-- name: prefer
WITH others AS (
    UPDATE hearthwatch.contact_channels SET preferred = false
    WHERE contact_id = %(contact_id)s AND preferred AND channel <> %(channel)s
)
INSERT INTO hearthwatch.contact_channels (contact_id, channel, preferred)
SELECT %(contact_id)s, %(channel)s, true
WHERE %(channel)s <> ''
ON CONFLICT (contact_id, channel) DO UPDATE SET preferred = true

-- name: disable
INSERT INTO hearthwatch.contact_channels (contact_id, channel, disabled_at, reason)
VALUES (%(contact_id)s, %(channel)s, %(at)s, %(reason)s)
ON CONFLICT (contact_id, channel) DO UPDATE SET
    disabled_at = excluded.disabled_at,
    reason = excluded.reason

-- name: enable
UPDATE hearthwatch.contact_channels
SET disabled_at = NULL, reason = ''
WHERE contact_id = %(contact_id)s AND channel = %(channel)s AND disabled_at IS NOT NULL

-- name: disabled
SELECT
    way.contact_id, contact.household_id, household.region, way.channel, way.disabled_at, way.reason
FROM hearthwatch.contact_channels AS way
JOIN hearthwatch.contacts AS contact ON contact.id = way.contact_id
JOIN hearthwatch.households AS household ON household.id = contact.household_id
WHERE way.disabled_at IS NOT NULL
    AND (%(region)s::text IS NULL OR household.region = %(region)s)
ORDER BY way.disabled_at DESC, way.contact_id, way.channel
LIMIT %(most)s

-- name: snooze
INSERT INTO hearthwatch.contact_snoozes (contact_id, until)
VALUES (%(contact_id)s, %(until)s)
ON CONFLICT (contact_id) DO UPDATE SET until = excluded.until

-- name: snoozed_until
SELECT until FROM hearthwatch.contact_snoozes WHERE contact_id = %(contact_id)s
