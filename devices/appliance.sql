-- name: register
INSERT INTO hearthwatch.appliances AS known
    (serial, type, model, firmware, installed_on, region, registered_at, batch)
SELECT serial, type, model, firmware, installed_on, region, %(at)s, coalesce(batch, '')
FROM unnest(
    %(serials)s::text[], %(types)s::text[], %(models)s::text[], %(firmwares)s::text[],
    %(installed_on)s::date[], %(regions)s::text[], %(batches)s::text[]
) AS told (serial, type, model, firmware, installed_on, region, batch)
ORDER BY serial
ON CONFLICT (serial) DO UPDATE SET
    model = excluded.model,
    firmware = excluded.firmware,
    installed_on = coalesce(excluded.installed_on, known.installed_on),
    region = excluded.region,
    batch = coalesce(nullif(excluded.batch, ''), known.batch),
    retired_at = NULL
RETURNING id, serial, type, model, firmware, installed_on, region, registered_at, retired_at, batch

-- name: by_serials
SELECT id, serial, type, model, firmware, installed_on, region, registered_at, retired_at, batch
FROM hearthwatch.appliances
WHERE serial = ANY (%(serials)s::text[])

-- name: by_ids
SELECT id, serial, type, model, firmware, installed_on, region, registered_at, retired_at, batch
FROM hearthwatch.appliances
WHERE id = ANY (%(ids)s::integer[])

-- name: in_service
SELECT id, serial, type, model, firmware, installed_on, region, registered_at, retired_at, batch
FROM hearthwatch.appliances
WHERE type = %(type)s AND retired_at IS NULL
ORDER BY id

-- name: page
SELECT id, serial, type, model, firmware, installed_on, region, registered_at, retired_at, batch
FROM hearthwatch.appliances
WHERE id > %(after_id)s
    AND (%(type)s::text IS NULL OR type = %(type)s)
    AND (%(region)s::text IS NULL OR region = %(region)s)
ORDER BY id
LIMIT %(limit)s

-- name: retire_all_but
UPDATE hearthwatch.appliances
SET retired_at = %(at)s
WHERE retired_at IS NULL AND NOT serial = ANY (%(serials)s::text[])
