-- name: begin
INSERT INTO hearthwatch.routing_runs (
    region, at, seconds, tickets, routed, moved, offered, left_over, skipped, cost, one_by_one
)
VALUES (
    %(region)s, %(at)s, %(seconds)s, %(tickets)s, 0, 0, 0, %(left_over)s, 0, %(cost)s,
    %(one_by_one)s
)
RETURNING id

-- name: end
UPDATE hearthwatch.routing_runs
SET routed = %(routed)s, moved = %(moved)s, offered = %(offered)s, skipped = %(skipped)s
WHERE id = %(id)s

-- name: newest
SELECT
    id, region, at, seconds, tickets, routed, moved, offered, left_over, skipped, cost, one_by_one
FROM hearthwatch.routing_runs
WHERE (%(region)s::text IS NULL OR region = %(region)s)
    AND (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
ORDER BY id DESC
LIMIT %(limit)s
