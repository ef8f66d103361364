-- name: plans
SELECT plan.external_id
FROM hearthwatch.plans AS plan
JOIN hearthwatch.appliances AS appliance ON appliance.id = plan.device_id
WHERE plan.external_id = ANY (%(external_ids)s::text[]) AND appliance.region <> %(region)s

-- name: purchases
SELECT purchase.external_id
FROM hearthwatch.purchases AS purchase
JOIN hearthwatch.households AS home ON home.id = purchase.household_id
WHERE purchase.external_id = ANY (%(external_ids)s::text[]) AND home.region <> %(region)s
