-- Which model said how long a consumable lasts: none where the maker's rating did.
ALTER TABLE hearthwatch.consumable_estimates
    ADD COLUMN model_id integer REFERENCES hearthwatch.models ON DELETE SET NULL;
COMMENT ON COLUMN hearthwatch.consumable_estimates.model_id IS
    'the learned life that days left rest on; null: as rated by the maker';

-- A replacement that followed a reminder is told from one that nobody had asked for.
CREATE INDEX notices_reminders ON hearthwatch.notices (device_id) WHERE purpose = 'reminders';
