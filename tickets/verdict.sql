-- name: record
-- A verdict belongs to the last visit at which somebody arrived.
INSERT INTO hearthwatch.ticket_verdicts
    (ticket_id, at, actor, finding, mode, consumable, note_sealed, visit_id)
VALUES (
    %(ticket_id)s, %(at)s, %(actor)s, %(finding)s, %(mode)s, %(consumable)s, %(note_sealed)s,
    (
        SELECT id FROM hearthwatch.visits
        WHERE ticket_id = %(ticket_id)s AND arrived_at IS NOT NULL
        ORDER BY number DESC
        LIMIT 1
    )
)
RETURNING visit_id

-- name: of_ticket
SELECT
    given.ticket_id, given.at, given.actor, given.finding, given.mode, given.consumable, given.note,
    given.visit_id, ticket.household_id, given.note_sealed
FROM hearthwatch.ticket_verdicts AS given
JOIN hearthwatch.tickets AS ticket ON ticket.id = given.ticket_id
WHERE given.ticket_id = %(ticket_id)s
ORDER BY given.id DESC

-- name: of_visit
SELECT
    given.ticket_id, given.at, given.actor, given.finding, given.mode, given.consumable, given.note,
    given.visit_id, ticket.household_id, given.note_sealed
FROM hearthwatch.ticket_verdicts AS given
JOIN hearthwatch.tickets AS ticket ON ticket.id = given.ticket_id
WHERE given.visit_id = %(visit_id)s
ORDER BY given.id DESC

-- name: tallies
-- A ticket counts once for each model, however many of its findings it holds.
WITH cited AS (
    SELECT DISTINCT (change.evidence ->> 'model_id')::integer AS model_id, proof.ticket_id
    FROM hearthwatch.alert_changes AS change
    JOIN hearthwatch.ticket_evidence AS proof ON proof.alert_change_id = change.id
    WHERE (change.evidence ->> 'model_id')::integer = ANY (%(model_ids)s::integer[])
        AND change.change IN ('raised', 'joined')
), judged AS (
    SELECT DISTINCT ON (cited.model_id, cited.ticket_id) cited.model_id, verdict.finding
    FROM cited
    JOIN hearthwatch.ticket_verdicts AS verdict ON verdict.ticket_id = cited.ticket_id
    ORDER BY cited.model_id, cited.ticket_id, verdict.id DESC
)
SELECT
    model.id AS model_id,
    count(judged.finding) AS verdicts,
    count(*) FILTER (WHERE judged.finding = 'no_fault_found') AS no_fault_found
FROM unnest(%(model_ids)s::integer[]) AS model (id)
LEFT JOIN judged ON judged.model_id = model.id
GROUP BY model.id
