-- The shelf: what each version of a model is for now, and which one it took over from.
ALTER TABLE hearthwatch.models
    ADD COLUMN state text NOT NULL DEFAULT 'candidate' CONSTRAINT models_state
        CHECK (state IN ('candidate', 'shadow', 'champion', 'retired')),
    ADD COLUMN replaced_id integer CONSTRAINT models_replaced REFERENCES hearthwatch.models;

-- Until now every training let its versions serve: a champion took over from the version before.
UPDATE hearthwatch.models AS model
SET
    state = CASE
        WHEN model.serving THEN 'champion'
        WHEN EXISTS (
            SELECT FROM hearthwatch.models AS newer
            WHERE newer.type = model.type AND newer.family = model.family
                AND newer.serving AND newer.version > model.version
        ) THEN 'retired'
        ELSE 'candidate'
    END,
    replaced_id = CASE WHEN model.serving THEN (
        SELECT older.id
        FROM hearthwatch.models AS older
        WHERE older.type = model.type AND older.family = model.family
            AND older.version < model.version
        ORDER BY older.version DESC
        LIMIT 1
    ) END;

DROP INDEX hearthwatch.models_one_serving;
ALTER TABLE hearthwatch.models DROP COLUMN serving;
CREATE UNIQUE INDEX models_one_champion ON hearthwatch.models (type, family)
    WHERE state = 'champion';
CREATE UNIQUE INDEX models_one_shadow ON hearthwatch.models (type, family)
    WHERE state = 'shadow';

-- Over which hours a shadow was tried, and what it would have raised; nobody is told.
CREATE TABLE hearthwatch.shadow_trials (
    model_id integer PRIMARY KEY REFERENCES hearthwatch.models,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE TABLE hearthwatch.shadow_alerts (
    model_id integer NOT NULL REFERENCES hearthwatch.models,
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    problem text NOT NULL,
    raised_at timestamptz NOT NULL,
    cleared_at timestamptz,
    score double precision NOT NULL,
    PRIMARY KEY (model_id, device_id, raised_at)
);

-- How far what a model sees, and what it says, has moved since its training; the last measurement.
CREATE TABLE hearthwatch.model_drift (
    model_id integer NOT NULL REFERENCES hearthwatch.models,
    kind text NOT NULL CONSTRAINT model_drift_kind CHECK (kind IN ('input', 'score')),
    name text NOT NULL,
    part text NOT NULL CONSTRAINT model_drift_part CHECK (part IN ('type', 'firmware', 'region')),
    part_name text NOT NULL,
    stability_index double precision NOT NULL,
    values_then integer NOT NULL,
    values_now integer NOT NULL,
    measured_at timestamptz NOT NULL,
    PRIMARY KEY (model_id, kind, name, part, part_name)
);

-- What somebody found who looked at the appliance; of several about one ticket the last one counts.
CREATE TABLE hearthwatch.ticket_verdicts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    finding text NOT NULL CONSTRAINT ticket_verdicts_finding
        CHECK (finding IN ('confirmed', 'no_fault_found', 'replaced', 'could_not_reproduce')),
    mode text CONSTRAINT ticket_verdicts_mode CHECK ((finding = 'confirmed') = (mode IS NOT NULL)),
    consumable text
        CONSTRAINT ticket_verdicts_consumable
        CHECK ((finding = 'replaced') = (consumable IS NOT NULL)),
    note text NOT NULL DEFAULT ''
);
CREATE INDEX ticket_verdicts_ticket ON hearthwatch.ticket_verdicts (ticket_id, id DESC);

-- Which findings are a model's: its trial is compared with them, and its verdicts are counted.
CREATE INDEX alert_changes_model ON hearthwatch.alert_changes
    (((evidence ->> 'model_id')::integer)) WHERE (evidence ->> 'model_id') IS NOT NULL;
