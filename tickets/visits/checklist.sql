-- name: done
SELECT step FROM hearthwatch.visit_ticks WHERE visit_id = %(visit_id)s

-- name: forget
DELETE FROM hearthwatch.visit_ticks
WHERE visit_id = %(visit_id)s AND step <> ALL (%(steps)s::text[])

-- name: keep
INSERT INTO hearthwatch.visit_ticks (visit_id, step, ticked_at)
SELECT %(visit_id)s, step, %(at)s FROM unnest(%(steps)s::text[]) AS done (step)
ON CONFLICT DO NOTHING
