-- The life of a ticket as a service desk knows it. Who was given a ticket has triaged it.
DROP INDEX hearthwatch.tickets_one_open;
ALTER TABLE hearthwatch.tickets DROP CONSTRAINT tickets_state;
UPDATE hearthwatch.tickets SET state = 'triaged' WHERE state = 'assigned';
UPDATE hearthwatch.ticket_changes SET state_before = 'triaged' WHERE state_before = 'assigned';
UPDATE hearthwatch.ticket_changes SET state_after = 'triaged' WHERE state_after = 'assigned';
ALTER TABLE hearthwatch.tickets
    ADD COLUMN trace uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD CONSTRAINT tickets_state CHECK (state IN (
        'new', 'triaged', 'waiting_for_customer', 'scheduled', 'dispatched', 'on_site',
        'resolved', 'closed', 'cancelled', 'reopened'
    ));
COMMENT ON COLUMN hearthwatch.tickets.trace IS
    'one id from the reading that raised the alarm to the verdict of the technician';
CREATE UNIQUE INDEX tickets_one_open ON hearthwatch.tickets (device_id, problem)
    WHERE state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX tickets_trace ON hearthwatch.tickets (trace);
ALTER TABLE hearthwatch.alerts ADD COLUMN trace uuid NOT NULL DEFAULT gen_random_uuid();
COMMENT ON COLUMN hearthwatch.alerts.trace IS 'the ticket that it opens carries it on';

CREATE OR REPLACE VIEW hearthwatch.ticket_overview AS
SELECT
    ticket.id, ticket.device_id, appliance.serial, appliance.type, appliance.model,
    appliance.region, ticket.household_id, household.name AS household_name, household.tier,
    ticket.problem, ticket.state, ticket.severity, ticket.safety, ticket.assignee,
    ticket.visit_at, ticket.opened_at, ticket.changed_at, ticket.version,
    (
        SELECT count(*) FROM hearthwatch.ticket_evidence AS proof
        WHERE proof.ticket_id = ticket.id
    ) AS findings,
    ticket.trace
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id;

-- What happened, written in the transaction in which it happens. The numbers of two transactions
-- may become visible in the other order than they were given; `position` is given afterwards, to
-- rows that are committed, by one reader at a time: whoever reads by position misses nothing.
CREATE TABLE hearthwatch.events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint CONSTRAINT events_position_unique UNIQUE,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    subject text NOT NULL,
    trace uuid,
    region text NOT NULL DEFAULT '',
    facts jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN hearthwatch.events.kind IS 'such as ticket.scheduled, notice.sent';
COMMENT ON COLUMN hearthwatch.events.subject IS
    'what it happened to, such as ticket:12; events of a subject are in the order of their ids';
COMMENT ON COLUMN hearthwatch.events.facts IS 'nothing personal: ids, states, times, numbers';
CREATE INDEX events_unnumbered ON hearthwatch.events (id) WHERE position IS NULL;
CREATE INDEX events_subject ON hearthwatch.events (subject, id);
CREATE INDEX events_trace ON hearthwatch.events (trace, id) WHERE trace IS NOT NULL;
CREATE INDEX events_kind ON hearthwatch.events (kind, at);
