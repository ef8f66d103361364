-- name: forget_merged
DELETE FROM hearthwatch.household_values AS value
USING hearthwatch.households AS household
WHERE household.id = value.household_id AND household.merged_into IS NOT NULL

-- name: recompute
-- A rank's middle is kept in halves (2 * (rank - 1) + how many share it), so that all is whole
-- numbers. Spending is ranked among those who spent in the same currency, above all who did not.
WITH bought AS (
    SELECT household_id, currency, count(*) AS times, sum(amount) AS amount, max(bought_at) AS at
    FROM hearthwatch.purchases
    WHERE bought_at > %(since)s AND bought_at <= %(at)s
    GROUP BY household_id, currency
),
main AS (
    SELECT DISTINCT ON (household_id) household_id, currency, amount
    FROM bought
    WHERE amount > 0
    ORDER BY household_id, times DESC, amount DESC, currency
),
served AS (
    SELECT household_id, count(*) AS times, max(changed_at) AS at
    FROM hearthwatch.tickets
    WHERE state IN ('resolved', 'closed') AND changed_at > %(since)s AND changed_at <= %(at)s
    GROUP BY household_id
),
told AS (
    SELECT
        household.id, main.currency, coalesce(main.amount, 0) AS amount,
        coalesce(buying.times, 0) AS purchases, coalesce(served.times, 0) AS services,
        greatest(buying.at, served.at) AS last_at
    FROM hearthwatch.households AS household
    LEFT JOIN main ON main.household_id = household.id
    LEFT JOIN served ON served.household_id = household.id
    LEFT JOIN (
        SELECT household_id, sum(times) AS times, max(at) AS at FROM bought GROUP BY household_id
    ) AS buying ON buying.household_id = household.id
    WHERE household.merged_into IS NULL
),
ranked AS (
    SELECT
        told.*,
        count(*) OVER () AS homes,
        count(*) FILTER (WHERE currency IS NULL) OVER () AS savers,
        2 * (rank() OVER (ORDER BY last_at NULLS FIRST) - 1)
            + count(*) OVER (PARTITION BY last_at) AS recency,
        2 * (rank() OVER (ORDER BY purchases + services) - 1)
            + count(*) OVER (PARTITION BY purchases + services) AS frequency,
        2 * (rank() OVER (PARTITION BY currency ORDER BY amount) - 1)
            + count(*) OVER (PARTITION BY currency, amount) AS spending,
        count(*) OVER (PARTITION BY currency) AS spenders
    FROM told
),
fifths AS (
    SELECT
        ranked.*,
        1 + 5 * recency / (2 * homes) AS recency_fifth,
        1 + 5 * frequency / (2 * homes) AS frequency_fifth,
        1 + CASE
            WHEN currency IS NULL THEN 5 * spending / (2 * homes)
            ELSE 5 * (2 * savers * spenders + (homes - savers) * spending) / (2 * homes * spenders)
        END AS monetary_fifth
    FROM ranked
)
INSERT INTO hearthwatch.household_values (
    household_id, at, last_at, purchases, services, amount, currency,
    recency, frequency, monetary, score
)
SELECT
    id, %(at)s, last_at, purchases, services, amount, coalesce(currency, ''),
    recency_fifth, frequency_fifth, monetary_fifth,
    25 * (
        %(recency)s::numeric * (recency_fifth - 1)
        + %(frequency)s::numeric * (frequency_fifth - 1)
        + %(monetary)s::numeric * (monetary_fifth - 1)
    )
FROM fifths
ORDER BY id
ON CONFLICT (household_id) DO UPDATE SET
    at = excluded.at,
    last_at = excluded.last_at,
    purchases = excluded.purchases,
    services = excluded.services,
    amount = excluded.amount,
    currency = excluded.currency,
    recency = excluded.recency,
    frequency = excluded.frequency,
    monetary = excluded.monetary,
    score = excluded.score

-- name: of
SELECT
    household_id, at, last_at, purchases, services, amount, currency, recency, frequency,
    monetary, score
FROM hearthwatch.household_values
WHERE household_id = ANY (%(household_ids)s::integer[])
