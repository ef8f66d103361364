-- What a desk of a hundred thousand homes looks up, and would go through every row for without
-- these. `hearthwatch bench desk` measures it.

-- What a caller names, in whatever case.
CREATE INDEX appliances_serial_as_typed ON hearthwatch.appliances (lower(serial) text_pattern_ops);
CREATE INDEX households_as_typed ON hearthwatch.households (lower(external_id));

-- A partner's lists, where most rows are somebody else's.
CREATE INDEX households_region ON hearthwatch.households (region, id);
CREATE INDEX tickets_waiting ON hearthwatch.tickets (state, id)
    WHERE state NOT IN ('resolved', 'closed', 'cancelled');

-- Which tips an appliance's home had.
CREATE INDEX notices_tips ON hearthwatch.notices (device_id) WHERE occasion = 'care_tip';

-- Figures: which reminders of consumables were sent in a span, which promises came to an end, what
-- was ended and reopened again, and where one visit was not enough.
CREATE INDEX notices_reordered ON hearthwatch.notices (settled_at)
    WHERE about LIKE 'consumable:%' AND state = 'sent';
CREATE INDEX sla_clocks_settled ON hearthwatch.sla_clocks (kind, coalesce(breached_at, ended_at))
    WHERE state IN ('met', 'breached');
CREATE INDEX ticket_changes_turns ON hearthwatch.ticket_changes (ticket_id, state_after, id)
    WHERE state_after IN ('resolved', 'cancelled', 'reopened');
CREATE INDEX visits_again ON hearthwatch.visits (ticket_id) WHERE number > 1;
