-- What each ingest worker has taken in, counted in the transaction that stores it.
ALTER TABLE hearthwatch.ingest_progress
    ALTER COLUMN event_at DROP NOT NULL,
    ADD COLUMN received bigint NOT NULL DEFAULT 0,
    ADD COLUMN stored bigint NOT NULL DEFAULT 0,
    ADD COLUMN duplicates bigint NOT NULL DEFAULT 0,
    ADD COLUMN dead_lettered bigint NOT NULL DEFAULT 0,
    ADD COLUMN partial bigint NOT NULL DEFAULT 0,
    ADD COLUMN readings bigint NOT NULL DEFAULT 0;
