-- name: record
INSERT INTO hearthwatch.absences (technician, begins_at, ends_at, reason, recorded_by)
VALUES (%(technician)s, %(begins_at)s, %(ends_at)s, %(reason)s, %(actor)s)
RETURNING id

-- name: forget
DELETE FROM hearthwatch.absences WHERE id = %(id)s AND technician = %(technician)s

-- name: between
SELECT id, technician, begins_at, ends_at, reason
FROM hearthwatch.absences
WHERE technician = ANY (%(technicians)s::text[])
    AND begins_at < %(until)s
    AND ends_at > %(since)s
ORDER BY begins_at, id
