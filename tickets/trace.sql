-- name: alerts
-- Those that carry the id, and those that opened or joined a ticket that carries it.
SELECT alert.id, alert.device_id, alert.trace
FROM hearthwatch.alerts AS alert
WHERE alert.trace = %(trace)s
    OR alert.id IN (
        SELECT change.alert_id
        FROM hearthwatch.tickets AS ticket
        JOIN hearthwatch.ticket_evidence AS proof ON proof.ticket_id = ticket.id
        JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
        WHERE ticket.trace = %(trace)s
    )
ORDER BY alert.id

-- name: tickets
-- Those that carry the id, and those that an alert with it joined.
SELECT ticket.id, ticket.device_id, ticket.trace
FROM hearthwatch.tickets AS ticket
WHERE ticket.trace = %(trace)s
    OR ticket.id IN (
        SELECT proof.ticket_id
        FROM hearthwatch.alerts AS alert
        JOIN hearthwatch.alert_changes AS change ON change.alert_id = alert.id
        JOIN hearthwatch.ticket_evidence AS proof ON proof.alert_change_id = change.id
        WHERE alert.trace = %(trace)s
    )
ORDER BY ticket.id

-- name: findings
SELECT id AS alert_change_id, alert_id, at, change, signal, severity, evidence
FROM hearthwatch.alert_changes
WHERE alert_id = ANY (%(alert_ids)s::bigint[])
ORDER BY at, id

-- name: routings
SELECT at, ticket_id, technician, begins_at, by_human, chosen_by
FROM hearthwatch.routings
WHERE ticket_id = ANY (%(ticket_ids)s::bigint[])
ORDER BY id
