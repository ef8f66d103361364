-- name: rated
-- Regions and figures with ratings that are under no review.
SELECT appliance.region, asked.figure, max(past.closed_at) AS closed_at
FROM hearthwatch.ratings AS rating
JOIN hearthwatch.tickets AS ticket ON ticket.id = rating.ticket_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
CROSS JOIN (VALUES ('nps'), ('csat')) AS asked (figure)
LEFT JOIN hearthwatch.reviews AS past
    ON past.region = appliance.region AND past.figure = asked.figure
WHERE rating.at >= %(since)s AND rating.at < %(until)s
GROUP BY appliance.region, asked.figure
HAVING count(past.id) = count(past.closed_at) AND coalesce(max(past.closed_at) < %(until)s, true)
ORDER BY appliance.region, asked.figure

-- name: open
INSERT INTO hearthwatch.reviews (figure, region, value, threshold, ratings, since, opened_at)
VALUES (
    %(figure)s, %(region)s, %(value)s, %(threshold)s, %(ratings)s, %(since)s, %(opened_at)s
)
RETURNING
    id, figure, region, value, threshold, ratings, since, opened_at, closed_at, closed_by, note

-- name: page
SELECT
    id, figure, region, value, threshold, ratings, since, opened_at, closed_at, closed_by, note
FROM hearthwatch.reviews
WHERE %(region)s::text IS NULL OR region = %(region)s
ORDER BY (closed_at IS NULL) DESC, id DESC
LIMIT %(most)s

-- name: get
SELECT
    id, figure, region, value, threshold, ratings, since, opened_at, closed_at, closed_by, note
FROM hearthwatch.reviews
WHERE id = %(id)s

-- name: close
UPDATE hearthwatch.reviews
SET closed_at = %(at)s, closed_by = %(actor)s, note = %(note)s
WHERE id = %(id)s AND closed_at IS NULL
RETURNING id
