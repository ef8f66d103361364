-- A ticket with the names that a reader needs.
CREATE VIEW hearthwatch.ticket_overview AS
SELECT
    ticket.id, ticket.device_id, appliance.serial, appliance.type, appliance.model,
    appliance.region, ticket.household_id, household.name AS household_name, household.tier,
    ticket.problem, ticket.state, ticket.severity, ticket.safety, ticket.assignee,
    ticket.visit_at, ticket.opened_at, ticket.changed_at, ticket.version,
    (
        SELECT count(*) FROM hearthwatch.ticket_evidence AS proof
        WHERE proof.ticket_id = ticket.id
    ) AS findings
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id;
