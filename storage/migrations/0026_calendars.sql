-- A technician's calendar is asked for from a day on: most visits ended before it.
CREATE INDEX visits_calendar ON hearthwatch.visits (technician, ends_at) WHERE state <> 'cancelled';
