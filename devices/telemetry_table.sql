-- name: columns
SELECT metric, kind, storage FROM hearthwatch.telemetry_columns WHERE type = %(type)s

-- name: record_column
INSERT INTO hearthwatch.telemetry_columns (type, metric, kind, storage)
VALUES (%(type)s, %(metric)s, %(kind)s, %(storage)s)
