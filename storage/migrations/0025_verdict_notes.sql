-- What technicians note with a verdict may be about the customer.
ALTER TABLE hearthwatch.ticket_verdicts ADD COLUMN note_sealed bytea;
COMMENT ON COLUMN hearthwatch.ticket_verdicts.note_sealed IS
    'sealed for the household of the ticket; without one, for the desk';
COMMENT ON COLUMN hearthwatch.ticket_verdicts.note IS
    'as an older version wrote it, until it is sealed';
