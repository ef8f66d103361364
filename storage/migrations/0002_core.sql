-- What Hearthwatch knows of appliances, customers, alerts and tickets. Telemetry tables are made
-- from the catalogue (devices.telemetry), not here.
CREATE SCHEMA hearthwatch;
CREATE SCHEMA telemetry;

-- Appliances ---------------------------------------------------------------------------------

CREATE TABLE hearthwatch.appliances (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serial text NOT NULL
        CONSTRAINT appliances_serial_unique UNIQUE
        CONSTRAINT appliances_serial_form CHECK (serial ~ '^[A-Za-z0-9._-]{1,64}$'),
    type text NOT NULL,
    model text NOT NULL DEFAULT '',
    firmware text NOT NULL DEFAULT '',
    installed_on date,
    region text NOT NULL DEFAULT '',
    registered_at timestamptz NOT NULL,
    retired_at timestamptz
);
CREATE INDEX appliances_type ON hearthwatch.appliances (type) WHERE retired_at IS NULL;

-- What was last heard and judged of an appliance; apart from it, because it changes all the time.
CREATE TABLE hearthwatch.device_states (
    device_id integer PRIMARY KEY REFERENCES hearthwatch.appliances,
    last_reading_at timestamptz,
    judged_at timestamptz,
    presence text CONSTRAINT device_states_presence CHECK (presence IN ('online', 'offline')),
    presence_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX device_states_unjudged ON hearthwatch.device_states (device_id)
    WHERE last_reading_at > coalesce(judged_at, '-infinity');

-- Columns of the telemetry tables, so that a change of the catalogue can be told from the start.
CREATE TABLE hearthwatch.telemetry_columns (
    type text NOT NULL,
    metric text NOT NULL,
    kind text NOT NULL,
    storage text NOT NULL,
    PRIMARY KEY (type, metric)
);

-- Hours whose rollup no longer matches the readings.
CREATE TABLE hearthwatch.stale_hours (
    type text NOT NULL,
    device_id integer NOT NULL,
    hour timestamptz NOT NULL,
    PRIMARY KEY (type, hour, device_id)
);

-- Metrics that the catalogue does not know, kept aside.
CREATE TABLE hearthwatch.unknown_metrics (
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    time timestamptz NOT NULL,
    values jsonb NOT NULL,
    PRIMARY KEY (device_id, time)
);

-- Fault codes that appliances raised and cleared.
CREATE TABLE hearthwatch.fault_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    time timestamptz NOT NULL,
    code text NOT NULL,
    state text NOT NULL CONSTRAINT fault_events_state CHECK (state IN ('raised', 'cleared')),
    received_at timestamptz NOT NULL DEFAULT now(),
    judged boolean NOT NULL DEFAULT false,
    CONSTRAINT fault_events_once UNIQUE (device_id, time, code, state)
);
CREATE INDEX fault_events_unjudged ON hearthwatch.fault_events (id) WHERE NOT judged;

-- What could not be read or stored, with the reason; never dropped in silence.
CREATE TABLE hearthwatch.dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now(),
    topic text NOT NULL,
    payload bytea NOT NULL,
    payload_bytes integer NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    replayed_at timestamptz
);
CREATE INDEX dead_letters_waiting ON hearthwatch.dead_letters (reason, id)
    WHERE replayed_at IS NULL;

-- How far in event time each ingest worker has come: nobody judges silence beyond it.
CREATE TABLE hearthwatch.ingest_progress (
    worker text PRIMARY KEY,
    event_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Customers ----------------------------------------------------------------------------------

CREATE TABLE hearthwatch.households (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id text NOT NULL CONSTRAINT households_external_id_unique UNIQUE,
    name text NOT NULL,
    address text NOT NULL DEFAULT '',
    region text NOT NULL DEFAULT '',
    time_zone text NOT NULL DEFAULT 'UTC',
    tier text NOT NULL DEFAULT 'standard'
        CONSTRAINT households_tier CHECK (tier IN ('standard', 'silver', 'gold', 'platinum')),
    created_at timestamptz NOT NULL
);

CREATE TABLE hearthwatch.contacts (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id integer NOT NULL REFERENCES hearthwatch.households ON DELETE CASCADE,
    external_id text NOT NULL CONSTRAINT contacts_external_id_unique UNIQUE,
    name text NOT NULL,
    phone text,
    email text,
    language text NOT NULL DEFAULT 'en',
    is_primary boolean NOT NULL DEFAULT false
);
CREATE INDEX contacts_household ON hearthwatch.contacts (household_id);
CREATE UNIQUE INDEX contacts_one_primary ON hearthwatch.contacts (household_id) WHERE is_primary;

-- Each answer to "may we?" is a row; the latest one for a purpose counts.
CREATE TABLE hearthwatch.consents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id integer NOT NULL REFERENCES hearthwatch.contacts ON DELETE CASCADE,
    purpose text NOT NULL CONSTRAINT consents_purpose
        CHECK (purpose IN ('service', 'reminders', 'marketing')),
    granted boolean NOT NULL,
    at timestamptz NOT NULL,
    source text NOT NULL
);
CREATE INDEX consents_latest ON hearthwatch.consents (contact_id, purpose, at DESC, id DESC);

-- Whose an appliance is; a transfer ends one row and begins another.
CREATE TABLE hearthwatch.ownerships (
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    household_id integer NOT NULL REFERENCES hearthwatch.households,
    since timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (device_id, since)
);
CREATE UNIQUE INDEX ownerships_one_now ON hearthwatch.ownerships (device_id) WHERE until IS NULL;
CREATE INDEX ownerships_household ON hearthwatch.ownerships (household_id) WHERE until IS NULL;

-- Models -------------------------------------------------------------------------------------

CREATE TABLE hearthwatch.models (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL,
    family text NOT NULL,
    version integer NOT NULL,
    trained_at timestamptz NOT NULL,
    span_from timestamptz NOT NULL,
    span_until timestamptz NOT NULL,
    devices integer NOT NULL,
    facts jsonb NOT NULL,
    artefact bytea NOT NULL,
    serving boolean NOT NULL DEFAULT false,
    CONSTRAINT models_version_unique UNIQUE (type, family, version)
);
CREATE UNIQUE INDEX models_one_serving ON hearthwatch.models (type, family) WHERE serving;

-- How far each model has scored each type, so that a step goes on where the last one ended.
CREATE TABLE hearthwatch.scoring_progress (
    type text NOT NULL,
    family text NOT NULL,
    scored_until timestamptz NOT NULL,
    PRIMARY KEY (type, family)
);

CREATE TABLE hearthwatch.consumable_estimates (
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    consumable text NOT NULL,
    at timestamptz NOT NULL,
    used double precision NOT NULL,
    days_left double precision,
    days_low double precision,
    days_high double precision,
    installed_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, consumable)
);

-- Alerts -------------------------------------------------------------------------------------

CREATE FUNCTION hearthwatch.worse(a text, b text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN array_position(ARRAY['low', 'medium', 'high', 'critical'], a)
        >= array_position(ARRAY['low', 'medium', 'high', 'critical'], b) THEN a
    ELSE b
END;

-- Where each rule or detector stands on each device: pending since, firing or quiet.
CREATE TABLE hearthwatch.signals (
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    name text NOT NULL,
    firing boolean NOT NULL,
    turning_since timestamptz,
    PRIMARY KEY (device_id, name)
) WITH (fillfactor = 70);

CREATE TABLE hearthwatch.alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    problem text NOT NULL,
    severity text NOT NULL
        CONSTRAINT alerts_severity CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    opened_at timestamptz NOT NULL,
    cleared_at timestamptz,
    CONSTRAINT alerts_in_order CHECK (cleared_at >= opened_at)
);
CREATE UNIQUE INDEX alerts_one_open ON hearthwatch.alerts (device_id, problem)
    WHERE cleared_at IS NULL;
CREATE INDEX alerts_newest ON hearthwatch.alerts (opened_at DESC, id DESC);

-- One row for each change of state, with what was seen.
CREATE TABLE hearthwatch.alert_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES hearthwatch.alerts,
    at timestamptz NOT NULL,
    change text NOT NULL CONSTRAINT alert_changes_change
        CHECK (change IN ('raised', 'joined', 'eased', 'cleared')),
    signal text NOT NULL,
    severity text NOT NULL,
    evidence jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alert_changes_alert ON hearthwatch.alert_changes (alert_id, at, id);

-- Tickets ------------------------------------------------------------------------------------

CREATE TABLE hearthwatch.tickets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    household_id integer REFERENCES hearthwatch.households,
    problem text NOT NULL,
    state text NOT NULL DEFAULT 'new' CONSTRAINT tickets_state
        CHECK (state IN ('new', 'assigned', 'scheduled', 'resolved', 'closed', 'cancelled')),
    severity text NOT NULL
        CONSTRAINT tickets_severity CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    safety boolean NOT NULL,
    assignee text,
    visit_at timestamptz,
    opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX tickets_one_open ON hearthwatch.tickets (device_id, problem)
    WHERE state IN ('new', 'assigned', 'scheduled');
CREATE INDEX tickets_household ON hearthwatch.tickets (household_id);
CREATE INDEX tickets_newest ON hearthwatch.tickets (opened_at DESC, id DESC);

CREATE TABLE hearthwatch.ticket_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    state_before text,
    state_after text NOT NULL,
    note text NOT NULL DEFAULT ''
);
CREATE INDEX ticket_changes_ticket ON hearthwatch.ticket_changes (ticket_id, id);

-- Why a ticket exists: each alert change that opened it or joined it.
CREATE TABLE hearthwatch.ticket_evidence (
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    alert_change_id bigint NOT NULL REFERENCES hearthwatch.alert_changes,
    PRIMARY KEY (ticket_id, alert_change_id)
);
CREATE INDEX ticket_evidence_change ON hearthwatch.ticket_evidence (alert_change_id);

-- Notices to customers; the key says what must not be sent twice.
CREATE TABLE hearthwatch.notices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL CONSTRAINT notices_key_unique UNIQUE,
    contact_id integer NOT NULL REFERENCES hearthwatch.contacts,
    device_id integer REFERENCES hearthwatch.appliances,
    purpose text NOT NULL,
    channel text NOT NULL,
    language text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'queued'
        CONSTRAINT notices_state CHECK (state IN ('queued', 'sent', 'withheld', 'failed')),
    settled_at timestamptz,
    detail text NOT NULL DEFAULT ''
);
CREATE INDEX notices_newest ON hearthwatch.notices (created_at DESC, id DESC);

-- People who sign in -------------------------------------------------------------------------

CREATE TABLE hearthwatch.users (
    name text PRIMARY KEY,
    password_hash text NOT NULL,
    role text NOT NULL CONSTRAINT users_role
        CHECK (role IN ('viewer', 'technician', 'dispatcher', 'admin')),
    region text,
    disabled_at timestamptz
);

CREATE TABLE hearthwatch.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
