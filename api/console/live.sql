-- name: mark
-- Every change of a ticket raises its version, and an end lowers the count of open ones.
SELECT concat_ws('.', max(id), count(*), sum(version))
FROM hearthwatch.tickets
WHERE state NOT IN ('resolved', 'closed', 'cancelled')
