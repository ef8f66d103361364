-- What a customer's record holds beside the household and its contacts.

ALTER TABLE hearthwatch.households ADD COLUMN merged_into integer
    CONSTRAINT households_merged_into REFERENCES hearthwatch.households
    CONSTRAINT households_not_into_itself CHECK (merged_into <> id);
COMMENT ON COLUMN hearthwatch.households.merged_into IS
    'the household that this one turned out to be; its row stays so that the merge can be undone';
CREATE INDEX households_merged ON hearthwatch.households (merged_into)
    WHERE merged_into IS NOT NULL;

-- What decides how urgent a household's trouble is, and where to go.
CREATE TABLE hearthwatch.household_profiles (
    household_id integer PRIMARY KEY REFERENCES hearthwatch.households ON DELETE CASCADE,
    vulnerable boolean NOT NULL DEFAULT false,
    country text NOT NULL DEFAULT '',
    latitude numeric(4, 2),
    longitude numeric(5, 2),
    CONSTRAINT household_profiles_country CHECK (country ~ '^([A-Z]{2})?$'),
    CONSTRAINT household_profiles_place CHECK (
        (latitude IS NULL) = (longitude IS NULL)
        AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180
    )
);
COMMENT ON COLUMN hearthwatch.household_profiles.latitude IS
    'to two decimals, about a kilometre: enough to plan a way, too little to find a door';

-- Who somebody is in the household.
CREATE TABLE hearthwatch.members (
    contact_id integer PRIMARY KEY REFERENCES hearthwatch.contacts ON DELETE CASCADE,
    role text NOT NULL CONSTRAINT members_role
        CHECK (role IN ('holder', 'partner', 'relative', 'tenant', 'carer', 'other'))
);

CREATE TABLE hearthwatch.purchases (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id integer NOT NULL REFERENCES hearthwatch.households ON DELETE CASCADE,
    device_id integer REFERENCES hearthwatch.appliances,
    part_number text NOT NULL,
    quantity integer NOT NULL CONSTRAINT purchases_quantity CHECK (quantity > 0),
    amount numeric(14, 2) NOT NULL CONSTRAINT purchases_amount CHECK (amount >= 0),
    currency text NOT NULL CONSTRAINT purchases_currency CHECK (currency ~ '^[A-Z]{3}$'),
    bought_at timestamptz NOT NULL,
    source text NOT NULL,
    external_id text NOT NULL CONSTRAINT purchases_external_id_unique UNIQUE
);
COMMENT ON COLUMN hearthwatch.purchases.part_number IS 'what was bought: a part, or a model';
COMMENT ON COLUMN hearthwatch.purchases.amount IS 'for all of it, in `currency`';
CREATE INDEX purchases_household ON hearthwatch.purchases (household_id, bought_at DESC);
CREATE INDEX purchases_device ON hearthwatch.purchases (device_id) WHERE device_id IS NOT NULL;

-- A warranty goes with the appliance; a plan is one household's and ends with its ownership.
CREATE TABLE hearthwatch.plans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id text NOT NULL CONSTRAINT plans_external_id_unique UNIQUE,
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    household_id integer REFERENCES hearthwatch.households ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT plans_kind CHECK (kind IN ('warranty', 'plan')),
    name text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    covers text[] NOT NULL CONSTRAINT plans_covers
        CHECK (covers <@ ARRAY['parts', 'labour', 'consumables', 'travel']),
    CONSTRAINT plans_in_order CHECK (ends_on >= starts_on),
    CONSTRAINT plans_whose CHECK ((kind = 'plan') = (household_id IS NOT NULL))
);
COMMENT ON COLUMN hearthwatch.plans.ends_on IS 'the last day, in the time zone of the home';
CREATE INDEX plans_device ON hearthwatch.plans (device_id);
CREATE INDEX plans_household ON hearthwatch.plans (household_id) WHERE household_id IS NOT NULL;

-- What a household is worth to us, with the figures that it was reckoned from.
CREATE TABLE hearthwatch.household_values (
    household_id integer PRIMARY KEY REFERENCES hearthwatch.households ON DELETE CASCADE,
    at timestamptz NOT NULL,
    last_at timestamptz,
    purchases integer NOT NULL,
    services integer NOT NULL,
    amount numeric(16, 2) NOT NULL,
    currency text NOT NULL,
    recency smallint NOT NULL,
    frequency smallint NOT NULL,
    monetary smallint NOT NULL,
    score double precision NOT NULL,
    CONSTRAINT household_values_fifths CHECK (
        recency BETWEEN 1 AND 5 AND frequency BETWEEN 1 AND 5 AND monetary BETWEEN 1 AND 5
    ),
    CONSTRAINT household_values_score CHECK (score BETWEEN 0 AND 100)
) WITH (fillfactor = 80);
COMMENT ON COLUMN hearthwatch.household_values.last_at IS 'of the last purchase or finished service';

-- Ids by which other systems still know a household that was merged.
CREATE TABLE hearthwatch.household_aliases (
    external_id text PRIMARY KEY,
    household_id integer NOT NULL REFERENCES hearthwatch.households ON DELETE CASCADE,
    merged_id integer NOT NULL CONSTRAINT household_aliases_merged UNIQUE
        REFERENCES hearthwatch.households ON DELETE CASCADE,
    overwrote_at timestamptz
);
COMMENT ON COLUMN hearthwatch.household_aliases.overwrote_at IS
    'when an import by this id last changed the survivor, unless its own id did so since';
CREATE INDEX household_aliases_household ON hearthwatch.household_aliases (household_id);

-- Each merge, with what it moved, so that it can be undone exactly.
CREATE TABLE hearthwatch.household_merges (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    survivor_id integer NOT NULL REFERENCES hearthwatch.households ON DELETE CASCADE,
    merged_id integer NOT NULL REFERENCES hearthwatch.households ON DELETE CASCADE,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL DEFAULT '',
    trail jsonb NOT NULL,
    undone_at timestamptz,
    undone_by text,
    CONSTRAINT household_merges_two CHECK (survivor_id <> merged_id),
    CONSTRAINT household_merges_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
COMMENT ON COLUMN hearthwatch.household_merges.trail IS 'keys of moved rows, by table; no content';
CREATE UNIQUE INDEX household_merges_standing ON hearthwatch.household_merges (merged_id)
    WHERE undone_at IS NULL;
CREATE INDEX household_merges_survivor ON hearthwatch.household_merges (survivor_id, id);

-- Two households that look like one, for a person to decide; why, but nothing of what they hold.
CREATE TABLE hearthwatch.likenesses (
    first_id integer NOT NULL REFERENCES hearthwatch.households ON DELETE CASCADE,
    second_id integer NOT NULL REFERENCES hearthwatch.households ON DELETE CASCADE,
    score double precision NOT NULL CONSTRAINT likenesses_score CHECK (score BETWEEN 0 AND 100),
    reasons text[] NOT NULL,
    found_at timestamptz NOT NULL,
    dismissed_at timestamptz,
    dismissed_by text,
    PRIMARY KEY (first_id, second_id),
    CONSTRAINT likenesses_in_order CHECK (first_id < second_id),
    CONSTRAINT likenesses_dismissed CHECK ((dismissed_at IS NULL) = (dismissed_by IS NULL))
);
CREATE INDEX likenesses_second ON hearthwatch.likenesses (second_id);
CREATE INDEX likenesses_waiting ON hearthwatch.likenesses (score DESC, first_id, second_id)
    WHERE dismissed_at IS NULL;
