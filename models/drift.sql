-- name: sample
-- Of each firmware in each region a few appliances, the same ones as long as they are in service.
SELECT id, firmware, region
FROM (
    SELECT
        id, firmware, region,
        row_number() OVER (PARTITION BY firmware, region ORDER BY md5(id::text)) AS place
    FROM hearthwatch.appliances
    WHERE type = %(type)s AND retired_at IS NULL
) AS placed
ORDER BY place, id
LIMIT %(most)s

-- name: forget
DELETE FROM hearthwatch.model_drift WHERE model_id = %(model_id)s

-- name: keep
INSERT INTO hearthwatch.model_drift AS known (
    model_id, kind, name, part, part_name, stability_index, values_then, values_now, measured_at
)
SELECT %(model_id)s, told.*, %(measured_at)s
FROM unnest(
    %(kinds)s::text[], %(names)s::text[], %(parts)s::text[], %(part_names)s::text[],
    %(indices)s::double precision[], %(then)s::integer[], %(now)s::integer[]
) AS told
ORDER BY 2, 3, 4, 5

-- name: latest
SELECT
    model.type, drift.model_id, model.family, model.version, drift.kind, drift.name, drift.part,
    drift.part_name, drift.stability_index, drift.values_then, drift.values_now, drift.measured_at
FROM hearthwatch.model_drift AS drift
JOIN hearthwatch.models AS model ON model.id = drift.model_id
WHERE model.state = 'champion'
    AND (%(type)s::text IS NULL OR model.type = %(type)s)
    AND (%(region)s::text IS NULL OR drift.part <> 'region' OR drift.part_name = %(region)s)
ORDER BY
    drift.stability_index DESC, model.type, model.family, drift.kind, drift.name, drift.part,
    drift.part_name
LIMIT %(limit)s
