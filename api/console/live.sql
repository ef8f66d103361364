-- name: mark
-- Every change of a ticket raises its version, an end lowers the count of open ones, and what
-- comes first moves with the forecasts.
SELECT concat_ws('.', max(id), count(*), sum(version), sum(priority::numeric))
FROM hearthwatch.tickets
WHERE state NOT IN ('resolved', 'closed', 'cancelled')
