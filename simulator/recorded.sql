-- name: findings
-- Event time of everything that opened or joined a ticket.
SELECT ticket.id AS ticket_id, appliance.serial, ticket.problem, change.signal, change.at
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
JOIN hearthwatch.ticket_evidence AS proof ON proof.ticket_id = ticket.id
JOIN hearthwatch.alert_changes AS change ON change.id = proof.alert_change_id
WHERE appliance.serial = ANY (%(serials)s::text[])
    AND change.change IN ('raised', 'joined')
    AND change.at >= %(start)s
    AND change.at < %(end)s
ORDER BY change.at, change.id

-- name: counts
SELECT
    (
        SELECT count(*)
        FROM hearthwatch.alerts AS alert
        JOIN hearthwatch.appliances AS appliance ON appliance.id = alert.device_id
        WHERE appliance.serial = ANY (%(serials)s::text[])
    ) AS alerts,
    (
        SELECT count(*)
        FROM hearthwatch.tickets AS ticket
        JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
        WHERE appliance.serial = ANY (%(serials)s::text[])
    ) AS tickets
