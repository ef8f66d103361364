-- Which scores the alerts have looked at: a forecast is judged once, whoever scored it.
ALTER TABLE hearthwatch.device_scores ADD COLUMN judged_at timestamptz;
COMMENT ON COLUMN hearthwatch.device_scores.judged_at IS
    'the `at` of the score that was judged last; null before the first one';
CREATE INDEX device_scores_unjudged ON hearthwatch.device_scores (device_id)
    WHERE starts_with(family, 'fault:') AND judged_at IS DISTINCT FROM at;

