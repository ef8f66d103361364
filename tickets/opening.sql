-- name: traces
SELECT id, trace FROM hearthwatch.alerts WHERE id = ANY (%(ids)s::bigint[])

-- name: add_evidence
INSERT INTO hearthwatch.ticket_evidence (ticket_id, alert_change_id)
SELECT ticket.id, ticket.change_id
FROM (
    SELECT hearthwatch.open_ticket(device_id, problem) AS id, change_id
    FROM unnest(%(device_ids)s::integer[], %(problems)s::text[], %(change_ids)s::bigint[])
        AS told (device_id, problem, change_id)
) AS ticket
WHERE ticket.id IS NOT NULL
ON CONFLICT DO NOTHING

-- name: tickets_of
SELECT DISTINCT hearthwatch.open_ticket(device_id, problem) AS id
FROM unnest(%(device_ids)s::integer[], %(problems)s::text[]) AS told (device_id, problem)
WHERE hearthwatch.open_ticket(device_id, problem) IS NOT NULL
