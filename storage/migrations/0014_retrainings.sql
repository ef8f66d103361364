-- When each type's models were fitted anew by themselves, why, and what came of it. Versions that
-- are refused leave the champion as old as it was, and there may be too little to fit any.
CREATE TABLE hearthwatch.retrainings (
    type text NOT NULL,
    at timestamptz NOT NULL,
    why text NOT NULL,
    fitted integer NOT NULL,
    promoted integer NOT NULL,
    PRIMARY KEY (type, at)
);
COMMENT ON COLUMN hearthwatch.retrainings.at IS 'in event time: how far readings had come';
