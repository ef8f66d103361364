-- What the fleet as a whole shows: one fault that rises in a part of it, and what will be needed.
ALTER TABLE hearthwatch.appliances ADD COLUMN batch text NOT NULL DEFAULT '';
COMMENT ON COLUMN hearthwatch.appliances.batch IS 'production batch, as the maker names it';

-- A fault that rises in the appliances of a model, firmware, batch or region, or of two of these
-- (null: whichever): the parent of their single tickets. Nothing personal is in it.
CREATE TABLE hearthwatch.outbreaks (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL,
    problem text NOT NULL,
    model text,
    firmware text,
    batch text,
    region text,
    opened_at timestamptz NOT NULL,
    first_seen_at timestamptz NOT NULL,
    judged_at timestamptz NOT NULL,
    quiet_since timestamptz,
    closed_at timestamptz,
    chance double precision NOT NULL,
    devices integer NOT NULL,
    cases integer NOT NULL,
    usual double precision NOT NULL,
    past_cases double precision NOT NULL,
    past_exposure double precision NOT NULL,
    past_ratio double precision,
    past_low double precision,
    past_high double precision,
    rest_ratio double precision NOT NULL,
    rest_low double precision NOT NULL,
    rest_high double precision NOT NULL,
    coming double precision NOT NULL,
    coming_low integer NOT NULL,
    coming_high integer NOT NULL,
    CONSTRAINT outbreaks_cohort CHECK (num_nonnulls(model, firmware, batch, region) > 0),
    CONSTRAINT outbreaks_in_order CHECK (closed_at >= opened_at)
);
COMMENT ON COLUMN hearthwatch.outbreaks.chance IS
    'when it was found: of so many cases by luck, allowing for all that was tried';
COMMENT ON COLUMN hearthwatch.outbreaks.past_exposure IS
    'before it began, in appliances times lengths of the recent window; what it is held against';
CREATE UNIQUE INDEX outbreaks_one_open
    ON hearthwatch.outbreaks (type, problem, model, firmware, batch, region)
    NULLS NOT DISTINCT WHERE closed_at IS NULL;

-- A ticket has at most one parent.
CREATE TABLE hearthwatch.outbreak_tickets (
    ticket_id bigint PRIMARY KEY REFERENCES hearthwatch.tickets,
    outbreak_id integer NOT NULL REFERENCES hearthwatch.outbreaks
);
CREATE INDEX outbreak_tickets_outbreak ON hearthwatch.outbreak_tickets (outbreak_id, ticket_id);

-- How many of each part will be needed in a week; without a region, of all regions together.
CREATE TABLE hearthwatch.demand (
    kind text NOT NULL CONSTRAINT demand_kind CHECK (kind IN ('consumable', 'part')),
    part_number text NOT NULL,
    region text,
    week date NOT NULL CONSTRAINT demand_monday CHECK (extract(isodow FROM week) = 1),
    expected double precision NOT NULL,
    low integer NOT NULL,
    high integer NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT demand_in_order CHECK (low <= high),
    CONSTRAINT demand_once UNIQUE NULLS NOT DISTINCT (region, kind, part_number, week)
);
