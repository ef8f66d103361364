-- name: begin
-- Waits for whoever is at the same key, and then sees what came of it.
INSERT INTO hearthwatch.inbound_requests (actor, key, digest, answer)
VALUES (%(actor)s, %(key)s, %(digest)s, '{}')
ON CONFLICT (actor, key) DO NOTHING
RETURNING key

-- name: finish
UPDATE hearthwatch.inbound_requests
SET answer = %(answer)s
WHERE actor = %(actor)s AND key = %(key)s

-- name: find
SELECT digest, answer FROM hearthwatch.inbound_requests
WHERE actor = %(actor)s AND key = %(key)s
