-- Technicians, their calendars, and how tickets are given to them.
CREATE TABLE hearthwatch.service_regions (
    name text PRIMARY KEY,
    country text CONSTRAINT service_regions_country CHECK (country ~ '^[A-Z]{2}$'),
    subdivision text,
    time_zone text NOT NULL DEFAULT 'UTC',
    latitude double precision
        CONSTRAINT service_regions_latitude CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision
        CONSTRAINT service_regions_longitude CHECK (longitude BETWEEN -180 AND 180),
    scheduling text NOT NULL DEFAULT 'book'
        CONSTRAINT service_regions_scheduling CHECK (scheduling IN ('book', 'offer', 'by_hand')),
    offer_tiers text[] NOT NULL DEFAULT '{}',
    days_off date[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE hearthwatch.service_regions IS
    'how a region is served; one that is not here is booked at once and knows no holidays';
COMMENT ON COLUMN hearthwatch.service_regions.scheduling IS
    'book: visits are set at once; offer: the customer chooses first; by_hand: a person routes';
COMMENT ON COLUMN hearthwatch.service_regions.offer_tiers IS
    'tiers whose customers choose first, where others are booked at once';
COMMENT ON COLUMN hearthwatch.service_regions.days_off IS 'besides the public holidays';

CREATE TABLE hearthwatch.technicians (
    name text PRIMARY KEY,
    external_id text CONSTRAINT technicians_external_id UNIQUE,
    region text NOT NULL DEFAULT '',
    types text[] NOT NULL DEFAULT '{}',
    skills text[] NOT NULL,
    levels smallint[] NOT NULL,
    latitude double precision CONSTRAINT technicians_latitude CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision
        CONSTRAINT technicians_longitude CHECK (longitude BETWEEN -180 AND 180),
    time_zone text NOT NULL,
    hours text NOT NULL,
    visits_a_day smallint NOT NULL
        CONSTRAINT technicians_visits_a_day CHECK (visits_a_day BETWEEN 1 AND 24),
    active boolean NOT NULL DEFAULT true,
    changed_at timestamptz NOT NULL,
    CONSTRAINT technicians_levels CHECK (cardinality(skills) = cardinality(levels))
);
COMMENT ON COLUMN hearthwatch.technicians.types IS 'appliance types; none means every type';
COMMENT ON COLUMN hearthwatch.technicians.skills IS
    'skills and problems of the catalogue; levels says how well, 1 to 3, in the same order';
COMMENT ON COLUMN hearthwatch.technicians.hours IS 'such as mon-fri 08:00-17:00; sat 09:00-13:00';
CREATE INDEX technicians_region ON hearthwatch.technicians (region) WHERE active;

CREATE TABLE hearthwatch.van_parts (
    technician text NOT NULL REFERENCES hearthwatch.technicians ON UPDATE CASCADE,
    part_number text NOT NULL,
    quantity integer NOT NULL CONSTRAINT van_parts_quantity CHECK (quantity >= 0),
    PRIMARY KEY (technician, part_number)
);

CREATE TABLE hearthwatch.absences (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    technician text NOT NULL REFERENCES hearthwatch.technicians ON UPDATE CASCADE,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text NOT NULL DEFAULT '',
    recorded_by text NOT NULL,
    CONSTRAINT absences_in_order CHECK (begins_at < ends_at)
);
CREATE INDEX absences_technician ON hearthwatch.absences (technician, ends_at);

-- What a dispatcher has decided, or a customer has confirmed: the routing keeps to it.
CREATE TABLE hearthwatch.pins (
    ticket_id bigint PRIMARY KEY REFERENCES hearthwatch.tickets,
    technician text REFERENCES hearthwatch.technicians ON UPDATE CASCADE,
    begins_at timestamptz,
    confirmed boolean NOT NULL DEFAULT false,
    household_id integer REFERENCES hearthwatch.households,
    reason_sealed bytea,
    actor text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON COLUMN hearthwatch.pins.reason_sealed IS
    'sealed for the household, or for the desk where none is known';
COMMENT ON COLUMN hearthwatch.pins.confirmed IS
    'the customer agreed to the visit as it is; a visit that moves is no longer confirmed';

CREATE TABLE hearthwatch.routing_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region text NOT NULL,
    at timestamptz NOT NULL,
    seconds double precision NOT NULL,
    tickets integer NOT NULL,
    routed integer NOT NULL,
    moved integer NOT NULL,
    offered integer NOT NULL,
    left_over integer NOT NULL,
    skipped integer NOT NULL,
    cost double precision NOT NULL,
    one_by_one double precision NOT NULL
);
COMMENT ON COLUMN hearthwatch.routing_runs.skipped IS 'changed by somebody meanwhile; tried again';
COMMENT ON COLUMN hearthwatch.routing_runs.one_by_one IS
    'what it would have cost to give each ticket in turn to the best technician left';
CREATE INDEX routing_runs_newest ON hearthwatch.routing_runs (region, id DESC);

CREATE TABLE hearthwatch.routings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    at timestamptz NOT NULL,
    by_human boolean NOT NULL,
    chosen_by text NOT NULL
        CONSTRAINT routings_chosen_by CHECK (chosen_by IN ('routing', 'customer', 'staff')),
    actor text NOT NULL,
    run_id bigint REFERENCES hearthwatch.routing_runs ON DELETE SET NULL,
    technician text NOT NULL,
    begins_at timestamptz NOT NULL,
    reasons jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE hearthwatch.routings IS 'a row each time that somebody or something set a visit';
COMMENT ON COLUMN hearthwatch.routings.by_human IS 'the desk had to decide';
CREATE INDEX routings_ticket ON hearthwatch.routings (ticket_id, id);
CREATE INDEX routings_at ON hearthwatch.routings (at);

CREATE TABLE hearthwatch.unrouted (
    ticket_id bigint PRIMARY KEY REFERENCES hearthwatch.tickets,
    run_id bigint REFERENCES hearthwatch.routing_runs ON DELETE SET NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE hearthwatch.unrouted IS 'tickets that the last run could not give to anybody';

CREATE TABLE hearthwatch.slot_offers (
    ticket_id bigint PRIMARY KEY REFERENCES hearthwatch.tickets,
    at timestamptz NOT NULL
);
COMMENT ON TABLE hearthwatch.slot_offers IS
    'when a customer was last asked to choose a time; routing chooses if no answer comes';
