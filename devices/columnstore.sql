-- name: enabled
SELECT compression_enabled
FROM timescaledb_information.hypertables
WHERE format('%I.%I', hypertable_schema, hypertable_name)::regclass = {name}::regclass

-- name: enable
ALTER TABLE {table} SET (
    timescaledb.enable_columnstore = true,
    timescaledb.segmentby = 'device_id',
    timescaledb.orderby = 'time'
)

-- name: policy_after
SELECT (config ->> 'compress_after')::interval
FROM timescaledb_information.jobs
WHERE proc_name = 'policy_compression'
    AND format('%I.%I', hypertable_schema, hypertable_name)::regclass = {name}::regclass

-- name: add_policy
CALL add_columnstore_policy({name}::regclass, after => {after}::interval)

-- name: remove_policy
CALL remove_columnstore_policy({name}::regclass)
