-- name: astray
-- Open tickets whose clocks are missing, over, or of another severity or tier, and tickets that
-- have ended while a clock of theirs has not.
SELECT ticket.id
FROM hearthwatch.tickets AS ticket
WHERE ticket.id > %(past)s
    AND ticket.opened_at <= %(now)s
    AND ticket.id IN (
        SELECT waiting.id
        FROM hearthwatch.tickets AS waiting
        LEFT JOIN hearthwatch.households AS household ON household.id = waiting.household_id
        WHERE waiting.state NOT IN ('resolved', 'closed', 'cancelled')
            AND NOT EXISTS (
                SELECT FROM hearthwatch.sla_clocks AS clock
                WHERE clock.ticket_id = waiting.id
                    AND clock.kind = 'resolution'
                    AND clock.ended_at IS NULL
                    AND clock.severity = waiting.severity
                    AND clock.safety = waiting.safety
                    AND clock.tier = coalesce(household.tier, 'standard')
            )
        UNION ALL
        SELECT clock.ticket_id
        FROM hearthwatch.sla_clocks AS clock
        WHERE clock.ended_at IS NULL
            AND NOT EXISTS (
                SELECT FROM hearthwatch.tickets AS running
                WHERE running.id = clock.ticket_id
                    AND running.state NOT IN ('resolved', 'closed', 'cancelled')
            )
    )
ORDER BY ticket.id
LIMIT %(most)s
FOR NO KEY UPDATE SKIP LOCKED

-- name: due
-- Tickets with a clock to look at; whoever changes such a ticket now looks at it himself.
SELECT ticket.id
FROM hearthwatch.tickets AS ticket
WHERE ticket.id > %(past)s
    AND ticket.id IN (
        SELECT clock.ticket_id FROM hearthwatch.sla_clocks AS clock WHERE clock.next_at <= %(now)s
    )
ORDER BY ticket.id
LIMIT %(most)s
FOR NO KEY UPDATE SKIP LOCKED
