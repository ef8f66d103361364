-- name: interactions
DELETE FROM hearthwatch.interactions WHERE id IN (
    SELECT id FROM hearthwatch.interactions WHERE at < %(before)s LIMIT %(limit)s
)

-- name: questions
DELETE FROM hearthwatch.questions WHERE id IN (
    SELECT id FROM hearthwatch.questions WHERE asked_at < %(before)s LIMIT %(limit)s
)

-- name: ticket_notes
DELETE FROM hearthwatch.ticket_notes WHERE id IN (
    SELECT id FROM hearthwatch.ticket_notes WHERE at < %(before)s LIMIT %(limit)s
)

-- name: notices
-- That a letter was sent stays known; what it said does not.
UPDATE hearthwatch.notices
SET subject = NULL, subject_sealed = NULL, body = NULL, body_sealed = NULL
WHERE id IN (
    SELECT id FROM hearthwatch.notices
    WHERE settled_at < %(before)s
        AND num_nonnulls(subject, subject_sealed, body, body_sealed) > 0
    LIMIT %(limit)s
)

-- name: ticket_attachments
DELETE FROM hearthwatch.ticket_attachments WHERE id IN (
    SELECT id FROM hearthwatch.ticket_attachments WHERE at < %(before)s LIMIT %(limit)s
)

-- name: visit_photos
DELETE FROM hearthwatch.visit_photos WHERE id IN (
    SELECT id FROM hearthwatch.visit_photos WHERE at < %(before)s LIMIT %(limit)s
)

-- name: ratings
UPDATE hearthwatch.ratings
SET comment_sealed = NULL
WHERE id IN (
    SELECT id FROM hearthwatch.ratings
    WHERE at < %(before)s AND comment_sealed IS NOT NULL
    LIMIT %(limit)s
)

-- name: tickets
-- A ticket that ended long ago is about an appliance, and no longer about a household. Notes that
-- were sealed for the household go with it.
WITH told AS (
    SELECT id FROM hearthwatch.tickets
    WHERE changed_at < %(before)s
        AND state IN ('closed', 'cancelled')
        AND household_id IS NOT NULL
    LIMIT %(limit)s
),
silent AS (
    UPDATE hearthwatch.ticket_changes
    SET note = '', note_sealed = NULL
    WHERE ticket_id IN (SELECT id FROM told)
),
mute AS (
    UPDATE hearthwatch.ticket_verdicts
    SET note = '', note_sealed = NULL
    WHERE ticket_id IN (SELECT id FROM told)
)
UPDATE hearthwatch.tickets
SET household_id = NULL
WHERE id IN (SELECT id FROM told)
