-- What the serving models say of each device now, and which parts of a fleet a run has scored.
CREATE TABLE hearthwatch.device_scores (
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    family text NOT NULL,
    model_id integer NOT NULL REFERENCES hearthwatch.models,
    at timestamptz NOT NULL,
    score double precision NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (device_id, family)
) WITH (fillfactor = 70);
COMMENT ON COLUMN hearthwatch.device_scores.at IS
    'readings before this instant are told; an older one says that later nothing could be said';
COMMENT ON COLUMN hearthwatch.device_scores.score IS 'higher needs somebody sooner';

CREATE TABLE hearthwatch.scored_chunks (
    type text NOT NULL,
    at timestamptz NOT NULL,
    model_ids integer [] NOT NULL,
    first_id integer NOT NULL,
    last_id integer NOT NULL,
    scores integer NOT NULL,
    PRIMARY KEY (type, at, model_ids, first_id, last_id)
);

-- Repairs of a range of devices: what models are told of maintenance.
CREATE INDEX tickets_device ON hearthwatch.tickets (device_id);
