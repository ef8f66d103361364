-- What past cases are compared by: the departures of each watched metric when a ticket was opened.
CREATE TABLE hearthwatch.ticket_departures (
    ticket_id bigint PRIMARY KEY REFERENCES hearthwatch.tickets,
    departures jsonb NOT NULL
);
CREATE INDEX tickets_ended ON hearthwatch.tickets (id DESC)
    WHERE state IN ('resolved', 'closed', 'cancelled');

-- What a visit and a failure cost in a region, and how many visits a day it has.
CREATE TABLE hearthwatch.budgets (
    region text PRIMARY KEY,
    enforced boolean NOT NULL,
    visit_cost double precision NOT NULL CONSTRAINT budgets_visit_cost CHECK (visit_cost >= 0),
    failure_cost double precision NOT NULL
        CONSTRAINT budgets_failure_cost CHECK (failure_cost >= 0),
    warranty_months integer NOT NULL
        CONSTRAINT budgets_warranty CHECK (warranty_months BETWEEN 0 AND 600),
    goodwill double precision NOT NULL
        CONSTRAINT budgets_goodwill CHECK (goodwill BETWEEN 0 AND 1),
    visits_a_day integer CONSTRAINT budgets_visits CHECK (visits_a_day >= 0),
    bias double precision NOT NULL CONSTRAINT budgets_bias CHECK (bias BETWEEN 0.01 AND 100),
    version integer NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL
);
COMMENT ON COLUMN hearthwatch.budgets.goodwill IS
    'the share of a failure''s cost that is ours once the warranty is over';
COMMENT ON COLUMN hearthwatch.budgets.bias IS
    'how much more a failure weighs than it costs; a user moves it';

-- Open alerts for which nobody is sent yet, and why not.
CREATE TABLE hearthwatch.held_alerts (
    alert_id bigint PRIMARY KEY REFERENCES hearthwatch.alerts,
    region text NOT NULL,
    since timestamptz NOT NULL,
    judged_at timestamptz NOT NULL,
    probability double precision NOT NULL,
    gain double precision NOT NULL,
    why text NOT NULL CONSTRAINT held_alerts_why CHECK (why IN ('not_worth_it', 'no_visit_free'))
);
CREATE INDEX held_alerts_region ON hearthwatch.held_alerts (region, gain DESC);
