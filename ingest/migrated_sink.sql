-- name: columns
SELECT type, metric FROM hearthwatch.telemetry_columns
