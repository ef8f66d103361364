-- name: mark
WITH homes AS (
    UPDATE hearthwatch.households SET erased_at = %(at)s WHERE id = ANY (%(households)s)
)
UPDATE hearthwatch.contacts SET erased_at = %(at)s WHERE id = ANY (%(contacts)s)

-- name: record
INSERT INTO hearthwatch.erasures (at, household_id, actor, proof)
VALUES (%(at)s, %(household_id)s, %(actor)s, %(proof)s)

-- name: audit
INSERT INTO hearthwatch.audit (actor, action, subject)
VALUES (%(actor)s, 'customer.erased', %(subject)s)

-- name: nullable
SELECT attname FROM pg_attribute
WHERE attrelid = ('hearthwatch.' || quote_ident(%(table)s))::regclass
    AND attnum > 0
    AND NOT attnotnull

-- name: homes
-- The household of each of these owners that is still there, merged ones followed to the one that holds them.
WITH RECURSIVE home AS (
    SELECT household.id, household.merged_into
    FROM unnest(%(owners)s::text[]) AS owner (name)
    JOIN hearthwatch.households AS household
        ON owner.name = 'household:' || household.id
    UNION
    SELECT household.id, household.merged_into
    FROM unnest(%(owners)s::text[]) AS owner (name)
    JOIN hearthwatch.contacts AS contact ON owner.name = 'contact:' || contact.id
    JOIN hearthwatch.households AS household ON household.id = contact.household_id
    UNION
    SELECT household.id, household.merged_into
    FROM home
    JOIN hearthwatch.households AS household ON household.id = home.merged_into
)
SELECT household.id
FROM home
JOIN hearthwatch.households AS household USING (id)
WHERE household.merged_into IS NULL AND household.erased_at IS NULL
ORDER BY household.id

-- name: proofs
SELECT proof FROM hearthwatch.erasures ORDER BY id
