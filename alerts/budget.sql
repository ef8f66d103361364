-- name: of_regions
SELECT
    region, enforced, visit_cost, failure_cost, warranty_months, goodwill, visits_a_day, bias,
    version, changed_at, changed_by
FROM hearthwatch.budgets
WHERE %(regions)s::text[] IS NULL OR region = ANY (%(regions)s)
ORDER BY region

-- name: regions
-- Every region that has an appliance, found by leaps through the index.
WITH RECURSIVE found AS (
    (SELECT region FROM hearthwatch.appliances ORDER BY region LIMIT 1)
    UNION ALL
    SELECT (
        SELECT appliance.region
        FROM hearthwatch.appliances AS appliance
        WHERE appliance.region > found.region
        ORDER BY appliance.region
        LIMIT 1
    )
    FROM found
    WHERE found.region IS NOT NULL
)
SELECT region FROM found WHERE region IS NOT NULL

-- name: change
-- Nothing happens where somebody else changed it since.
WITH changed AS (
    INSERT INTO hearthwatch.budgets AS known (
        region, enforced, visit_cost, failure_cost, warranty_months, goodwill, visits_a_day, bias,
        changed_at, changed_by
    )
    VALUES (
        %(region)s, %(enforced)s, %(visit_cost)s, %(failure_cost)s, %(warranty_months)s,
        %(goodwill)s, %(visits_a_day)s, %(bias)s, %(at)s, %(actor)s
    )
    ON CONFLICT (region) DO UPDATE SET
        enforced = excluded.enforced,
        visit_cost = excluded.visit_cost,
        failure_cost = excluded.failure_cost,
        warranty_months = excluded.warranty_months,
        goodwill = excluded.goodwill,
        visits_a_day = excluded.visits_a_day,
        bias = excluded.bias,
        version = known.version + 1,
        changed_at = excluded.changed_at,
        changed_by = excluded.changed_by
    WHERE known.version = %(version)s
    RETURNING region
)
INSERT INTO hearthwatch.audit (actor, action, subject, detail)
SELECT %(actor)s, 'budget changed', region, %(detail)s FROM changed
