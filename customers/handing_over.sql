-- name: began
SELECT since FROM hearthwatch.ownerships WHERE device_id = %(device_id)s AND until IS NULL
