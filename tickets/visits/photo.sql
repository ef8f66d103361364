-- name: keep
INSERT INTO hearthwatch.visit_photos (visit_id, at, household_id, digest, picture_sealed)
VALUES (%(visit_id)s, %(at)s, %(household_id)s, %(digest)s, %(picture_sealed)s)
ON CONFLICT DO NOTHING

-- name: kept
SELECT id FROM hearthwatch.visit_photos
WHERE visit_id = %(visit_id)s AND digest = %(digest)s

-- name: count
SELECT count(*) FROM hearthwatch.visit_photos WHERE visit_id = %(visit_id)s

-- name: of_visit
SELECT id, at FROM hearthwatch.visit_photos
WHERE visit_id = %(visit_id)s
ORDER BY id

-- name: content
SELECT household_id, picture_sealed FROM hearthwatch.visit_photos
WHERE id = %(id)s AND visit_id = %(visit_id)s
