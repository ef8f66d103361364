-- name: appliances
SELECT id, serial, type, model FROM hearthwatch.appliances WHERE id = ANY (%(ids)s::integer[])
