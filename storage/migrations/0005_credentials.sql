-- What an appliance signs in to the broker with; the secret itself is nowhere but in the appliance.
CREATE TABLE hearthwatch.credentials (
    device_id integer PRIMARY KEY REFERENCES hearthwatch.appliances,
    hash text NOT NULL,
    issued_at timestamptz NOT NULL,
    revoked_at timestamptz
);
