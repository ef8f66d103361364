-- Which days of a type's rollup are packed: in telemetry.<type>_daily every appliance with hours on a
-- day from `since` on has a row, on days before `until` and, up to `device_id`, on that of `until`.
CREATE TABLE hearthwatch.packed_days (
    type text PRIMARY KEY,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    device_id integer NOT NULL,
    CONSTRAINT packed_days_in_order CHECK (since <= until)
);
