-- What other systems are told and tell us.

-- How far events have been given positions, and how far they were deleted since. One row: the
-- numbers go on even when every event has been deleted.
CREATE TABLE hearthwatch.event_feed (
    single boolean PRIMARY KEY DEFAULT true CONSTRAINT event_feed_one_row CHECK (single),
    last_position bigint NOT NULL DEFAULT 0,
    forgotten_position bigint NOT NULL DEFAULT 0
);
INSERT INTO hearthwatch.event_feed DEFAULT VALUES;
CREATE INDEX events_recorded ON hearthwatch.events (recorded_at);

CREATE TABLE hearthwatch.webhook_endpoints (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CONSTRAINT webhook_endpoints_name_unique UNIQUE,
    url text NOT NULL,
    kinds text[] NOT NULL,
    region text,
    mapping text,
    state text NOT NULL DEFAULT 'active'
        CONSTRAINT webhook_endpoints_state CHECK (state IN ('active', 'paused', 'disabled')),
    reason text NOT NULL DEFAULT '',
    secret_sealed bytea NOT NULL,
    old_secret_sealed bytea,
    old_secret_until timestamptz,
    headers_sealed bytea,
    cursor bigint NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    lease uuid,
    leased_until timestamptz NOT NULL DEFAULT '-infinity',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL
);
COMMENT ON COLUMN hearthwatch.webhook_endpoints.kinds IS
    'such as ticket.opened, ticket.* for a family, or * for all';
COMMENT ON COLUMN hearthwatch.webhook_endpoints.region IS 'null for every region';
COMMENT ON COLUMN hearthwatch.webhook_endpoints.secret_sealed IS
    'sealed for the owner `webhooks`, as the others are';
COMMENT ON COLUMN hearthwatch.webhook_endpoints.headers_sealed IS
    'headers of its own, such as Authorization, as a JSON object';
COMMENT ON COLUMN hearthwatch.webhook_endpoints.cursor IS
    'the position up to which events were put into its deliveries';
COMMENT ON COLUMN hearthwatch.webhook_endpoints.lease IS
    'one process at a time sends to it; whoever holds this one';

-- What an endpoint is still to be sent; a row goes when it was taken. Nothing of a subject is sent
-- while an earlier delivery of the same subject waits.
CREATE TABLE hearthwatch.webhook_deliveries (
    endpoint_id integer NOT NULL
        REFERENCES hearthwatch.webhook_endpoints (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    event_id bigint NOT NULL REFERENCES hearthwatch.events (id) ON DELETE CASCADE,
    subject text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    abandoned boolean NOT NULL DEFAULT false,
    PRIMARY KEY (endpoint_id, position)
);
CREATE INDEX webhook_deliveries_subject
    ON hearthwatch.webhook_deliveries (endpoint_id, subject, position) WHERE NOT abandoned;
CREATE INDEX webhook_deliveries_event ON hearthwatch.webhook_deliveries (event_id);

CREATE TABLE hearthwatch.webhook_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id integer NOT NULL
        REFERENCES hearthwatch.webhook_endpoints (id) ON DELETE CASCADE,
    message_id text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    position bigint,
    at timestamptz NOT NULL DEFAULT now(),
    took_ms integer NOT NULL,
    status integer,
    taken boolean NOT NULL,
    detail text NOT NULL DEFAULT ''
);
CREATE INDEX webhook_attempts_endpoint ON hearthwatch.webhook_attempts (endpoint_id, id);
CREATE INDEX webhook_attempts_at ON hearthwatch.webhook_attempts (at);

-- Which record of another system a ticket is.
CREATE TABLE hearthwatch.ticket_links (
    system text NOT NULL,
    external_id text NOT NULL,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets (id) ON DELETE CASCADE,
    linked_at timestamptz NOT NULL DEFAULT now(),
    changed_there_at timestamptz,
    PRIMARY KEY (system, external_id),
    CONSTRAINT ticket_links_one_a_system UNIQUE (ticket_id, system)
);
COMMENT ON COLUMN hearthwatch.ticket_links.changed_there_at IS
    'the newest change of the record that we were told of';

-- What was answered to a request that may come again.
CREATE TABLE hearthwatch.inbound_requests (
    actor text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    answer jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);
CREATE INDEX inbound_requests_at ON hearthwatch.inbound_requests (at);

-- What people asked the knowledge base and nothing was found for; nothing says who asked.
CREATE TABLE hearthwatch.unanswered_questions (
    type text NOT NULL DEFAULT '',
    question text NOT NULL,
    language text NOT NULL,
    asked integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (type, question, language)
);
COMMENT ON COLUMN hearthwatch.unanswered_questions.question IS
    'as it was understood: lower case, without punctuation and long numbers';
CREATE INDEX unanswered_questions_asked
    ON hearthwatch.unanswered_questions (asked DESC, last_at DESC);
