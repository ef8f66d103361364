-- name: make
INSERT INTO hearthwatch.my_links
    (secret_hash, contact_id, subject, notice_id, made_at, expires_at)
VALUES (
    %(secret_hash)s, %(contact_id)s, %(subject)s, %(notice_id)s, %(made_at)s, %(expires_at)s
)

-- name: read
SELECT link.id, link.contact_id, contact.household_id, link.subject, link.notice_id
FROM hearthwatch.my_links AS link
JOIN hearthwatch.contacts AS contact ON contact.id = link.contact_id
WHERE link.secret_hash = %(secret_hash)s
    AND link.revoked_at IS NULL
    AND link.expires_at > %(now)s

-- name: revoke
UPDATE hearthwatch.my_links SET revoked_at = %(now)s
WHERE contact_id = %(contact_id)s AND revoked_at IS NULL AND expires_at > %(now)s

-- name: forget_old
DELETE FROM hearthwatch.my_links WHERE expires_at < %(before)s
