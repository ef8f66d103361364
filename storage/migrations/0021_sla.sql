-- Clocks that run on tickets, what the desk promises, and reviews that poor ratings open.

-- The newest row holds; without one, the policy that is shipped.
CREATE TABLE hearthwatch.sla_policies (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    document jsonb NOT NULL
);

CREATE TABLE hearthwatch.sla_clocks (
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT sla_clocks_kind CHECK (kind IN ('first_response', 'resolution')),
    state text NOT NULL CONSTRAINT sla_clocks_state
        CHECK (state IN ('running', 'paused', 'met', 'breached', 'cancelled')),
    severity text NOT NULL,
    safety boolean NOT NULL,
    tier text NOT NULL,
    terms jsonb NOT NULL,
    target interval NOT NULL,
    warn_after interval NOT NULL,
    spent interval NOT NULL DEFAULT '0',
    started_at timestamptz NOT NULL,
    since timestamptz,
    due_at timestamptz,
    next_at timestamptz,
    warned_at timestamptz,
    breached_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (ticket_id, kind),
    CONSTRAINT sla_clocks_due CHECK ((since IS NULL) = (due_at IS NULL)),
    CONSTRAINT sla_clocks_breached CHECK ((state = 'breached') = (breached_at IS NOT NULL)),
    CONSTRAINT sla_clocks_next CHECK (next_at IS NULL OR since IS NOT NULL)
);
COMMENT ON COLUMN hearthwatch.sla_clocks.terms IS 'the calendar as it was when the clock was set';
COMMENT ON COLUMN hearthwatch.sla_clocks.spent IS 'business time used up before `since`';
COMMENT ON COLUMN hearthwatch.sla_clocks.since IS 'it has run since then; null while it stands';
COMMENT ON COLUMN hearthwatch.sla_clocks.next_at IS 'when it must be looked at: a warning, or due';
CREATE INDEX sla_clocks_next ON hearthwatch.sla_clocks (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX sla_clocks_standing ON hearthwatch.sla_clocks (ticket_id) WHERE ended_at IS NULL;
CREATE INDEX sla_clocks_ended ON hearthwatch.sla_clocks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sla_clocks_breached ON hearthwatch.sla_clocks (breached_at)
    WHERE breached_at IS NOT NULL;

-- Ratings of a region that fell below what is acceptable, until somebody has looked into it.
CREATE TABLE hearthwatch.reviews (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    figure text NOT NULL CONSTRAINT reviews_figure CHECK (figure IN ('nps', 'csat')),
    region text NOT NULL,
    value double precision NOT NULL,
    threshold double precision NOT NULL,
    ratings integer NOT NULL,
    since timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by text,
    note text NOT NULL DEFAULT '',
    CONSTRAINT reviews_closed CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
COMMENT ON COLUMN hearthwatch.reviews.since IS 'ratings given from then on count';
CREATE UNIQUE INDEX reviews_one_open ON hearthwatch.reviews (figure, region)
    WHERE closed_at IS NULL;

-- What figures are reckoned from: tickets that were not merged into others, and whose they are.
CREATE VIEW hearthwatch.measured_tickets AS
SELECT
    ticket.id, ticket.device_id, ticket.household_id, ticket.problem, ticket.origin, ticket.state,
    ticket.opened_at, appliance.region, appliance.type, appliance.model,
    coalesce(household.tier, 'standard') AS tier
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id
WHERE ticket.merged_into IS NULL;

-- The part that a ticket belongs to, where a figure is broken down; null where it is not.
CREATE FUNCTION hearthwatch.part_of(
    by text, ticket hearthwatch.measured_tickets, at timestamptz, zone text
) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE by
    WHEN 'region' THEN (ticket).region
    WHEN 'type' THEN (ticket).type
    WHEN 'model' THEN rtrim((ticket).type || ' ' || (ticket).model)
    WHEN 'tier' THEN (ticket).tier
    WHEN 'week' THEN to_char(date_trunc('week', at AT TIME ZONE zone), 'YYYY-MM-DD')
END;

CREATE INDEX ticket_changes_over ON hearthwatch.ticket_changes (at, ticket_id)
    WHERE state_after IN ('resolved', 'cancelled');
CREATE INDEX ticket_verdicts_at ON hearthwatch.ticket_verdicts (at);
