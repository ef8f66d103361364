-- name: columns
SELECT metric, kind, storage FROM hearthwatch.telemetry_columns WHERE type = %(type)s

-- name: record_column
INSERT INTO hearthwatch.telemetry_columns (type, metric, kind, storage)
VALUES (%(type)s, %(metric)s, %(kind)s, %(storage)s)

-- name: daily_columns
SELECT column_name
FROM information_schema.columns
WHERE table_schema = 'telemetry' AND table_name = %(table)s

-- name: create_daily
-- A row may fill a page: it is read whole.
CREATE TABLE {table} (
    device_id integer NOT NULL,
    time timestamptz NOT NULL,
    hours integer,
    PRIMARY KEY (device_id, time)
) WITH (toast_tuple_target = 8160);
CREATE INDEX ON {table} (device_id, time) WHERE hours IS NULL
