-- What is told of the cases that a block of figures.sql, here {cases}, answers: for the whole and
-- for each part `value`, where there is one the ninth tenth `high`, and `hits` of `cases`.

-- name: share
WITH counted AS (
{cases}
)
SELECT
    grouping(part) = 1 AS total, part, avg(hit::integer)::double precision AS value,
    NULL::double precision AS high, count(*) FILTER (WHERE hit) AS hits, count(*) AS cases
FROM counted
GROUP BY GROUPING SETS ((), (part))

-- name: share_of_tickets
-- Where a ticket belongs to several parts; in the whole it counts once.
WITH counted AS (
{cases}
)
SELECT
    grouping(part) = 1 AS total, part,
    count(DISTINCT ticket_id) FILTER (WHERE hit)::double precision
        / nullif(count(DISTINCT ticket_id), 0) AS value,
    NULL::double precision AS high, count(DISTINCT ticket_id) FILTER (WHERE hit) AS hits,
    count(DISTINCT ticket_id) AS cases
FROM counted
GROUP BY GROUPING SETS ((), (part))

-- name: hours
WITH counted AS (
{cases}
)
SELECT
    grouping(part) = 1 AS total, part,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS value,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) AS high,
    count(hours) AS hits, count(*) AS cases
FROM counted
GROUP BY GROUPING SETS ((), (part))

-- name: count
WITH counted AS (
{cases}
)
SELECT
    grouping(part) = 1 AS total, part, count(*)::double precision AS value,
    NULL::double precision AS high, count(*) AS hits, count(*) AS cases
FROM counted
GROUP BY GROUPING SETS ((), (part))

-- name: points
WITH counted AS (
{cases}
)
SELECT
    grouping(part) = 1 AS total, part,
    (100 * avg((nps >= 9)::integer - (nps <= 6)::integer))::double precision AS value,
    NULL::double precision AS high, count(*) FILTER (WHERE nps >= 9) AS hits, count(*) AS cases
FROM counted
GROUP BY GROUPING SETS ((), (part))

-- name: at_risk
-- The households behind a share, the most likely to leave first.
WITH counted AS (
{cases}
)
SELECT household_id, score, faults, returns, late, poor_ratings, silent_appliances
FROM counted
WHERE hit
ORDER BY score DESC, household_id
LIMIT 100
