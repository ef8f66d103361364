-- name: issue
-- A new one replaces the old one, revoked or not; serial numbers that nobody has are left out.
INSERT INTO hearthwatch.credentials (device_id, hash, issued_at)
SELECT appliance.id, told.hash, %(at)s
FROM unnest(%(serials)s::text[], %(hashes)s::text[]) AS told (serial, hash)
JOIN hearthwatch.appliances AS appliance USING (serial)
WHERE appliance.retired_at IS NULL
ORDER BY appliance.id
ON CONFLICT (device_id) DO UPDATE SET
    hash = excluded.hash, issued_at = excluded.issued_at, revoked_at = NULL
RETURNING
    (SELECT serial FROM hearthwatch.appliances AS owner WHERE owner.id = credentials.device_id)

-- name: lacking
-- Revoked appliances have one: they do not get another unasked.
SELECT appliance.serial
FROM hearthwatch.appliances AS appliance
WHERE appliance.retired_at IS NULL
    AND appliance.serial <> ALL (%(reserved)s::text[])
    AND NOT EXISTS (
        SELECT FROM hearthwatch.credentials AS credential
        WHERE credential.device_id = appliance.id
    )
ORDER BY appliance.serial

-- name: revoke
UPDATE hearthwatch.credentials AS credential
SET revoked_at = %(at)s
FROM hearthwatch.appliances AS appliance
WHERE appliance.id = credential.device_id
    AND appliance.serial = ANY (%(serials)s::text[])
    AND credential.revoked_at IS NULL

-- name: valid
SELECT appliance.serial, credential.hash
FROM hearthwatch.credentials AS credential
JOIN hearthwatch.appliances AS appliance ON appliance.id = credential.device_id
WHERE credential.revoked_at IS NULL AND appliance.retired_at IS NULL
ORDER BY appliance.serial
