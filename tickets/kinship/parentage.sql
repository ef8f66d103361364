-- name: give
UPDATE hearthwatch.tickets
SET parent_id = %(parent_id)s, changed_at = %(at)s, version = version + 1
WHERE id = %(id)s AND version = %(version)s

-- name: is_parent
SELECT EXISTS (SELECT FROM hearthwatch.tickets WHERE parent_id = %(id)s)
