-- Which devices the judges of alarms have something to look at, told by ingest and by the judges
-- themselves. The index of before named a column that changes with every batch, and so made each
-- update write into both indexes.
ALTER TABLE hearthwatch.device_states
    ADD COLUMN waiting boolean NOT NULL DEFAULT false,
    ADD COLUMN attentive boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN hearthwatch.device_states.waiting IS
    'whether there are readings that alarms have not been judged by';
COMMENT ON COLUMN hearthwatch.device_states.attentive IS
    'whether an alarm fires or is about to turn, so that every reading counts';

UPDATE hearthwatch.device_states AS state SET
    waiting = coalesce(last_reading_at > coalesce(judged_at, '-infinity'), false),
    attentive = EXISTS (
        SELECT FROM hearthwatch.signals AS signal
        WHERE signal.device_id = state.device_id AND starts_with(signal.name, 'alarm:')
    );

DROP INDEX hearthwatch.device_states_unjudged;
CREATE INDEX device_states_waiting ON hearthwatch.device_states (device_id) WHERE waiting;
