-- name: record
INSERT INTO hearthwatch.plans
    (external_id, device_id, household_id, kind, name, starts_on, ends_on, covers)
SELECT
    external_id, device_id, household_id, kind, name, starts_on, ends_on,
    string_to_array(covers, ';')
FROM unnest(
    %(external_ids)s::text[], %(device_ids)s::integer[], %(household_ids)s::integer[],
    %(kinds)s::text[], %(names)s::text[], %(starts)s::date[], %(ends)s::date[], %(covers)s::text[]
) AS told (external_id, device_id, household_id, kind, name, starts_on, ends_on, covers)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    device_id = excluded.device_id,
    household_id = excluded.household_id,
    kind = excluded.kind,
    name = excluded.name,
    starts_on = excluded.starts_on,
    ends_on = excluded.ends_on,
    covers = excluded.covers
RETURNING id

-- name: of_devices
-- A plan of somebody who gave the appliance away says nothing; days are those of the home.
SELECT
    plan.id, plan.external_id, plan.device_id, plan.household_id, plan.kind, plan.name,
    plan.starts_on, plan.ends_on, plan.covers,
    (%(at)s AT TIME ZONE coalesce(home.time_zone, 'UTC'))::date
        BETWEEN plan.starts_on AND coalesce(plan.ends_on, 'infinity') AS running
FROM hearthwatch.plans AS plan
LEFT JOIN hearthwatch.ownerships AS owned
    ON owned.device_id = plan.device_id AND owned.until IS NULL
LEFT JOIN hearthwatch.households AS home ON home.id = owned.household_id
WHERE plan.device_id = ANY (%(device_ids)s::integer[])
    AND (plan.kind = 'warranty' OR plan.household_id = owned.household_id)
ORDER BY running DESC, plan.device_id, plan.kind, plan.ends_on DESC NULLS FIRST, plan.id
