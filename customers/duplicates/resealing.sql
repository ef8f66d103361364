-- name: tickets
SELECT id FROM hearthwatch.tickets WHERE household_id = %(household)s

-- name: sealed
-- Every column of sealed text, with the key and all columns of its table.
SELECT
    holder.relname AS table_name, sealed.attname AS column_name,
    (
        SELECT array_agg(part.attname::text ORDER BY place.number)
        FROM pg_index AS key
        CROSS JOIN unnest(key.indkey) WITH ORDINALITY AS place (attnum, number)
        JOIN pg_attribute AS part ON part.attrelid = holder.oid AND part.attnum = place.attnum
        WHERE key.indrelid = holder.oid AND key.indisprimary
    ) AS key,
    (
        SELECT array_agg(part.attname::text)
        FROM pg_attribute AS part
        WHERE part.attrelid = holder.oid AND part.attnum > 0 AND NOT part.attisdropped
    ) AS columns
FROM pg_class AS holder
JOIN pg_attribute AS sealed ON sealed.attrelid = holder.oid
WHERE holder.relnamespace = 'hearthwatch'::regnamespace
    AND holder.relkind = 'r'
    AND sealed.attname LIKE '%%\_sealed'
    AND NOT sealed.attisdropped
ORDER BY holder.relname, sealed.attname

-- name: read
-- Bytes 2 to 17 of what is sealed name the key that it was sealed by (storage/sealing.py).
SELECT {key}, {column} FROM {table}
WHERE {whose} AND substring({column} FROM 2 FOR 16) = ANY (%(key_ids)s::bytea[])

-- name: write
UPDATE {table} SET {column} = %(sealed)s WHERE {key} = %(key)s
