-- name: said
-- What the models in use say of an appliance; what a version said that was retired since is old.
SELECT
    said.family, model.version, said.model_id, model.state, said.at, said.score, said.details
FROM hearthwatch.device_scores AS said
JOIN hearthwatch.models AS model ON model.id = said.model_id
WHERE said.device_id = %(device_id)s AND model.state IN ('champion', 'shadow')
ORDER BY said.family

-- name: lasting
-- Which model the days left rest on; none where the maker's rating did.
SELECT
    told.consumable, told.at, told.used, told.days_left, told.days_low, told.days_high,
    told.model_id, (model.facts ->> 'lives')::integer AS lives
FROM hearthwatch.consumable_estimates AS told
LEFT JOIN hearthwatch.models AS model ON model.id = told.model_id
WHERE told.device_id = %(device_id)s
ORDER BY told.days_left NULLS LAST, told.consumable
