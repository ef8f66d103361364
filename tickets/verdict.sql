-- name: record
-- A verdict belongs to the last visit at which somebody arrived.
INSERT INTO hearthwatch.ticket_verdicts
    (ticket_id, at, actor, finding, mode, consumable, note, visit_id)
VALUES (
    %(ticket_id)s, %(at)s, %(actor)s, %(finding)s, %(mode)s, %(consumable)s, %(note)s,
    (
        SELECT id FROM hearthwatch.visits
        WHERE ticket_id = %(ticket_id)s AND arrived_at IS NOT NULL
        ORDER BY number DESC
        LIMIT 1
    )
)
RETURNING ticket_id, at, actor, finding, mode, consumable, note, visit_id

-- name: last
SELECT ticket_id, at, actor, finding, mode, consumable, note, visit_id
FROM hearthwatch.ticket_verdicts
WHERE ticket_id = %(ticket_id)s
ORDER BY id DESC
LIMIT 1

-- name: history
SELECT ticket_id, at, actor, finding, mode, consumable, note, visit_id
FROM hearthwatch.ticket_verdicts
WHERE ticket_id = %(ticket_id)s
ORDER BY id DESC

-- name: of_visit
SELECT ticket_id, at, actor, finding, mode, consumable, note, visit_id
FROM hearthwatch.ticket_verdicts
WHERE visit_id = %(visit_id)s
ORDER BY id DESC
LIMIT 1

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
