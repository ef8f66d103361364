-- Keys by which other systems ask; only their hash is kept, so that whoever reads this has none.
CREATE TABLE hearthwatch.api_keys (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    role text NOT NULL CHECK (role IN ('viewer', 'technician', 'dispatcher', 'admin')),
    region text,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE UNIQUE INDEX api_keys_by_name ON hearthwatch.api_keys (name) WHERE revoked_at IS NULL;
