-- What a ticket carries: its priority, its kin, what was said and what was attached.
ALTER TABLE hearthwatch.tickets
    ADD COLUMN origin text NOT NULL DEFAULT 'alert'
        CONSTRAINT tickets_origin CHECK (origin IN ('alert', 'forecast', 'customer', 'staff')),
    ADD COLUMN at_stake text
        CONSTRAINT tickets_at_stake CHECK (at_stake IN ('food', 'water')),
    ADD COLUMN priority double precision NOT NULL DEFAULT 0,
    ADD COLUMN priority_reasons jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN merged_into bigint CONSTRAINT tickets_merged_into REFERENCES hearthwatch.tickets,
    ADD COLUMN parent_id bigint CONSTRAINT tickets_parent REFERENCES hearthwatch.tickets,
    ADD CONSTRAINT tickets_not_into_itself CHECK (merged_into <> id),
    ADD CONSTRAINT tickets_not_its_own_parent CHECK (parent_id <> id);
COMMENT ON COLUMN hearthwatch.tickets.origin IS 'what opened it';
COMMENT ON COLUMN hearthwatch.tickets.at_stake IS 'what is lost until somebody comes';
COMMENT ON COLUMN hearthwatch.tickets.priority IS
    'what comes first: urgency times entitlement, and 1000 more where people are in danger';
COMMENT ON COLUMN hearthwatch.tickets.merged_into IS
    'the ticket that took over what it held; what would join it joins that one';
COMMENT ON COLUMN hearthwatch.tickets.parent_id IS
    'the ticket of the trouble that this one is a part of, named by hand';
CREATE INDEX tickets_queue ON hearthwatch.tickets (priority DESC, opened_at, id)
    WHERE state NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX tickets_merged ON hearthwatch.tickets (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX tickets_children ON hearthwatch.tickets (parent_id) WHERE parent_id IS NOT NULL;

-- What people note as they move a ticket may be about the customer.
ALTER TABLE hearthwatch.ticket_changes ADD COLUMN note_sealed bytea;
COMMENT ON COLUMN hearthwatch.ticket_changes.note_sealed IS
    'sealed for the household of the ticket; without one, for the desk';
COMMENT ON COLUMN hearthwatch.ticket_changes.note IS
    'of the house itself, or as an older version wrote it';

-- A finding is evidence of one ticket. Where a budget held an alert back, what an earlier ticket
-- knew already was kept with the later one as well.
DELETE FROM hearthwatch.ticket_evidence AS later
USING hearthwatch.ticket_evidence AS earlier
WHERE earlier.alert_change_id = later.alert_change_id AND earlier.ticket_id < later.ticket_id;
DROP INDEX hearthwatch.ticket_evidence_change;
CREATE UNIQUE INDEX ticket_evidence_change ON hearthwatch.ticket_evidence (alert_change_id);

-- The open ticket that a finding of this device and problem belongs to: its own, or the one that
-- its own was merged into.
CREATE FUNCTION hearthwatch.open_ticket(of_device integer, of_problem text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    WITH RECURSIVE kin AS (
        SELECT ticket.id, ticket.state, ticket.merged_into, 0 AS steps
        FROM hearthwatch.tickets AS ticket
        WHERE ticket.device_id = of_device
            AND ticket.problem = of_problem
            AND (
                ticket.state NOT IN ('resolved', 'closed', 'cancelled')
                OR ticket.merged_into IS NOT NULL
            )
        UNION ALL
        SELECT ticket.id, ticket.state, ticket.merged_into, kin.steps + 1
        FROM kin
        JOIN hearthwatch.tickets AS ticket ON ticket.id = kin.merged_into
    )
    SELECT kin.id
    FROM kin
    WHERE kin.state NOT IN ('resolved', 'closed', 'cancelled')
    ORDER BY kin.steps, kin.id DESC
    LIMIT 1
);

-- What customers said to us and we to them, whatever the channel; the words are sealed.
CREATE TABLE hearthwatch.interactions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id integer REFERENCES hearthwatch.households,
    contact_id integer REFERENCES hearthwatch.contacts ON DELETE SET NULL,
    device_id integer REFERENCES hearthwatch.appliances,
    ticket_id bigint REFERENCES hearthwatch.tickets,
    channel text NOT NULL CONSTRAINT interactions_channel
        CHECK (channel IN ('hotline', 'app', 'chat', 'shop', 'email', 'web', 'visit')),
    direction text NOT NULL CONSTRAINT interactions_direction
        CHECK (direction IN ('inbound', 'outbound')),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    text_sealed bytea NOT NULL,
    external_ref text,
    CONSTRAINT interactions_once UNIQUE (channel, external_ref)
);
COMMENT ON COLUMN hearthwatch.interactions.external_ref IS
    'the number that the system it came from knows it by; one is kept once';
CREATE INDEX interactions_household ON hearthwatch.interactions (household_id, at DESC);
CREATE INDEX interactions_ticket ON hearthwatch.interactions (ticket_id, at)
    WHERE ticket_id IS NOT NULL;

CREATE TABLE hearthwatch.ticket_notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    household_id integer REFERENCES hearthwatch.households,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    text_sealed bytea NOT NULL
);
COMMENT ON COLUMN hearthwatch.ticket_notes.household_id IS 'for whom the text is sealed; without one, for the desk';
CREATE INDEX ticket_notes_ticket ON hearthwatch.ticket_notes (ticket_id, at);

CREATE TABLE hearthwatch.ticket_attachments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    household_id integer REFERENCES hearthwatch.households,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    media_type text NOT NULL,
    bytes integer NOT NULL CONSTRAINT ticket_attachments_bytes CHECK (bytes > 0),
    name_sealed bytea NOT NULL,
    content_sealed bytea NOT NULL
);
-- Sealed bytes do not get smaller, and are read whole.
ALTER TABLE hearthwatch.ticket_attachments ALTER COLUMN content_sealed SET STORAGE EXTERNAL;
CREATE INDEX ticket_attachments_ticket ON hearthwatch.ticket_attachments (ticket_id, at);

-- Who merged what into what, and what went along: enough to take it back.
CREATE TABLE hearthwatch.ticket_merges (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    into_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    moved jsonb NOT NULL,
    undone_at timestamptz,
    undone_by text
);
COMMENT ON COLUMN hearthwatch.ticket_merges.moved IS
    'ids of the evidence, interactions, notes and attachments that went along';
CREATE UNIQUE INDEX ticket_merges_standing ON hearthwatch.ticket_merges (ticket_id)
    WHERE undone_at IS NULL;
CREATE INDEX ticket_merges_into ON hearthwatch.ticket_merges (into_id);

DROP VIEW hearthwatch.ticket_overview;
CREATE VIEW hearthwatch.ticket_overview AS
SELECT
    ticket.id, ticket.device_id, appliance.serial, appliance.type, appliance.model,
    appliance.region, ticket.household_id, household.tier, ticket.problem, ticket.state,
    ticket.severity, ticket.safety, ticket.assignee, ticket.visit_at, ticket.opened_at,
    ticket.changed_at, ticket.version,
    (
        SELECT count(*) FROM hearthwatch.ticket_evidence AS proof
        WHERE proof.ticket_id = ticket.id
    ) AS findings,
    ticket.trace, ticket.origin, ticket.priority, ticket.priority_reasons, ticket.merged_into,
    ticket.parent_id
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id;
