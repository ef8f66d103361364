-- name: hold
SELECT id FROM hearthwatch.tickets
WHERE id = ANY (%(ids)s::bigint[])
ORDER BY id
FOR NO KEY UPDATE

-- name: point
UPDATE hearthwatch.tickets SET merged_into = %(into)s WHERE id = %(id)s

-- name: log
INSERT INTO hearthwatch.ticket_merges (ticket_id, into_id, at, actor, moved)
VALUES (%(id)s, %(into)s, %(at)s, %(actor)s, %(moved)s)

-- name: undo
UPDATE hearthwatch.ticket_merges
SET undone_at = %(at)s, undone_by = %(actor)s
WHERE ticket_id = %(id)s AND undone_at IS NULL
RETURNING moved

-- name: take_over
UPDATE hearthwatch.tickets AS kept
SET
    severity = hearthwatch.worse(kept.severity, gone.severity),
    safety = kept.safety OR gone.safety,
    at_stake = coalesce(kept.at_stake, gone.at_stake),
    changed_at = %(at)s,
    version = kept.version + 1
FROM hearthwatch.tickets AS gone
WHERE kept.id = %(id)s AND gone.id = %(from)s

-- name: touch
UPDATE hearthwatch.tickets SET changed_at = %(at)s, version = version + 1 WHERE id = %(id)s

-- name: move_evidence
UPDATE hearthwatch.ticket_evidence SET ticket_id = %(into)s
WHERE ticket_id = %(from)s AND (%(all)s OR alert_change_id = ANY (%(ids)s::bigint[]))
RETURNING alert_change_id

-- name: move_interactions
UPDATE hearthwatch.interactions SET ticket_id = %(into)s
WHERE ticket_id = %(from)s AND (%(all)s OR id = ANY (%(ids)s::bigint[]))
RETURNING id

-- name: move_notes
UPDATE hearthwatch.ticket_notes SET ticket_id = %(into)s
WHERE ticket_id = %(from)s AND (%(all)s OR id = ANY (%(ids)s::bigint[]))
RETURNING id

-- name: move_attachments
UPDATE hearthwatch.ticket_attachments SET ticket_id = %(into)s
WHERE ticket_id = %(from)s AND (%(all)s OR id = ANY (%(ids)s::bigint[]))
RETURNING id

-- name: move_children
UPDATE hearthwatch.tickets SET parent_id = %(into)s
WHERE parent_id = %(from)s AND id <> %(into)s AND (%(all)s OR id = ANY (%(ids)s::bigint[]))
RETURNING id
