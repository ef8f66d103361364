-- name: visits
SELECT state, count(*)
FROM hearthwatch.visits
WHERE begins_at >= %(start)s AND begins_at <= %(end)s
GROUP BY state
ORDER BY state

-- name: verdicts
-- The verdict that counts of each ticket.
SELECT finding, count(*)
FROM (
    SELECT DISTINCT ON (ticket_id) ticket_id, finding
    FROM hearthwatch.ticket_verdicts
    WHERE at >= %(start)s AND at <= %(end)s
    ORDER BY ticket_id, id DESC
) AS last
GROUP BY finding
ORDER BY finding

-- name: notices
SELECT occasion || ' ' || left(language, 2), count(*)
FROM hearthwatch.notices
WHERE created_at >= %(start)s AND created_at <= %(end)s AND state = 'sent'
GROUP BY 1
ORDER BY 1

-- name: origins
SELECT origin, count(*)
FROM hearthwatch.tickets
WHERE opened_at >= %(start)s AND opened_at <= %(end)s
GROUP BY origin
ORDER BY origin
