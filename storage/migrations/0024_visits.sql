-- What happened at a visit. A visit follows its ticket: rows here are written when a ticket moves.
CREATE TABLE hearthwatch.visits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    number smallint NOT NULL CONSTRAINT visits_number CHECK (number > 0),
    technician text,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'planned' CONSTRAINT visits_state CHECK (state IN (
        'planned', 'under_way', 'on_site', 'done', 'cancelled'
    )),
    outcome text CONSTRAINT visits_outcome CHECK (outcome IN ('resolved', 'return')),
    planned_at timestamptz NOT NULL,
    set_out_at timestamptz,
    arrived_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT visits_span CHECK (begins_at < ends_at),
    CONSTRAINT visits_ticket_number UNIQUE (ticket_id, number)
);
COMMENT ON COLUMN hearthwatch.visits.number IS
    'which visit of its ticket: 2 means that one was not enough';
COMMENT ON COLUMN hearthwatch.visits.outcome IS
    'of a visit that is done: the ticket was resolved there, or somebody has to return';
COMMENT ON COLUMN hearthwatch.visits.finished_at IS 'when it was done or cancelled';
CREATE UNIQUE INDEX visits_one_live ON hearthwatch.visits (ticket_id)
    WHERE state IN ('planned', 'under_way', 'on_site');
CREATE INDEX visits_technician ON hearthwatch.visits (technician, begins_at);

-- Tickets that were scheduled before there were visits.
INSERT INTO hearthwatch.visits (ticket_id, number, technician, begins_at, ends_at, planned_at)
SELECT id, 1, assignee, visit_at, visit_at + interval '90 minutes', changed_at
FROM hearthwatch.tickets
WHERE state = 'scheduled' AND visit_at IS NOT NULL;

-- A verdict belongs to the visit at which it was found, if there was one.
ALTER TABLE hearthwatch.ticket_verdicts
    ADD COLUMN visit_id bigint REFERENCES hearthwatch.visits;
CREATE INDEX ticket_verdicts_visit ON hearthwatch.ticket_verdicts (visit_id)
    WHERE visit_id IS NOT NULL;

CREATE TABLE hearthwatch.visit_parts (
    visit_id bigint NOT NULL REFERENCES hearthwatch.visits ON DELETE CASCADE,
    part_number text NOT NULL,
    quantity integer NOT NULL CONSTRAINT visit_parts_quantity CHECK (quantity BETWEEN 1 AND 99),
    used_at timestamptz NOT NULL,
    PRIMARY KEY (visit_id, part_number)
);
COMMENT ON TABLE hearthwatch.visit_parts IS 'parts used at a visit, taken from the van';

CREATE TABLE hearthwatch.visit_ticks (
    visit_id bigint NOT NULL REFERENCES hearthwatch.visits ON DELETE CASCADE,
    step text NOT NULL,
    ticked_at timestamptz NOT NULL,
    PRIMARY KEY (visit_id, step)
);
COMMENT ON TABLE hearthwatch.visit_ticks IS 'steps of the checklist that were done, by name';

CREATE TABLE hearthwatch.visit_photos (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visit_id bigint NOT NULL REFERENCES hearthwatch.visits ON DELETE CASCADE,
    at timestamptz NOT NULL,
    household_id integer REFERENCES hearthwatch.households,
    digest bytea NOT NULL,
    picture_sealed bytea NOT NULL,
    CONSTRAINT visit_photos_once UNIQUE (visit_id, digest)
);
COMMENT ON COLUMN hearthwatch.visit_photos.picture_sealed IS
    'a JPEG without what its camera noted of place and time; sealed for the household';
COMMENT ON COLUMN hearthwatch.visit_photos.digest IS
    'of the file as it was sent: the same file sent twice is kept once';

CREATE VIEW hearthwatch.visit_overview AS
SELECT
    visit.id, visit.ticket_id, visit.number, visit.technician, visit.begins_at, visit.ends_at,
    visit.state, visit.outcome, visit.planned_at, visit.set_out_at, visit.arrived_at,
    visit.finished_at, ticket.device_id, appliance.serial, appliance.type, appliance.region,
    ticket.household_id, ticket.problem, ticket.severity, ticket.safety, ticket.trace
FROM hearthwatch.visits AS visit
JOIN hearthwatch.tickets AS ticket ON ticket.id = visit.ticket_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id;
