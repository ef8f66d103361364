-- name: offer
INSERT INTO hearthwatch.slot_offers (ticket_id, at) VALUES (%(ticket_id)s, %(at)s)
ON CONFLICT (ticket_id) DO UPDATE SET at = excluded.at
