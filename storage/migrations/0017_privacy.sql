-- Personal columns are sealed; what is kept about consent, erasure and the audit trail.

-- Data keys, one an owner, wrapped by a master key that the database never sees. In a schema of
-- their own, so that backups can leave them out.
CREATE SCHEMA hearthwatch_keys;
CREATE TABLE hearthwatch_keys.data_keys (
    id uuid PRIMARY KEY,
    owner text NOT NULL CONSTRAINT data_keys_owner_unique UNIQUE,
    held_by text NOT NULL,
    master text NOT NULL,
    wrapped bytea,
    made_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CONSTRAINT data_keys_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON COLUMN hearthwatch_keys.data_keys.owner IS 'such as household:5 or contact:7';
COMMENT ON COLUMN hearthwatch_keys.data_keys.held_by IS
    'the owner itself, or the one that it was merged into';
CREATE INDEX data_keys_held_by ON hearthwatch_keys.data_keys (held_by) WHERE held_by <> owner;
CREATE INDEX data_keys_master ON hearthwatch_keys.data_keys (master) WHERE wrapped IS NOT NULL;

-- Names and addresses. The plain columns hold what an older version wrote, until it is sealed.
ALTER TABLE hearthwatch.households
    ALTER COLUMN name DROP NOT NULL,
    ALTER COLUMN address DROP NOT NULL,
    ALTER COLUMN address DROP DEFAULT,
    ADD COLUMN name_sealed bytea,
    ADD COLUMN address_sealed bytea,
    ADD COLUMN erased_at timestamptz;
ALTER TABLE hearthwatch.contacts
    ALTER COLUMN name DROP NOT NULL,
    ADD COLUMN name_sealed bytea,
    ADD COLUMN phone_sealed bytea,
    ADD COLUMN email_sealed bytea,
    ADD COLUMN erased_at timestamptz;
ALTER TABLE hearthwatch.notices
    ALTER COLUMN subject DROP NOT NULL,
    ALTER COLUMN body DROP NOT NULL,
    ADD COLUMN subject_sealed bytea,
    ADD COLUMN body_sealed bytea;
COMMENT ON COLUMN hearthwatch.notices.subject_sealed IS 'sealed for the contact';
COMMENT ON COLUMN hearthwatch.notices.body_sealed IS 'sealed for the contact';
CREATE INDEX households_plain ON hearthwatch.households (id)
    WHERE name IS NOT NULL OR address IS NOT NULL;
CREATE INDEX contacts_plain ON hearthwatch.contacts (id)
    WHERE name IS NOT NULL OR phone IS NOT NULL OR email IS NOT NULL;
CREATE INDEX notices_plain ON hearthwatch.notices (id)
    WHERE subject IS NOT NULL OR body IS NOT NULL;

-- Equality of what is sealed: a keyed hash of each value that is looked up.
CREATE TABLE hearthwatch.blind_marks (
    household_id integer REFERENCES hearthwatch.households ON DELETE CASCADE,
    contact_id integer REFERENCES hearthwatch.contacts ON DELETE CASCADE,
    kind text NOT NULL
        CONSTRAINT blind_marks_kind CHECK (kind IN ('phone', 'email', 'name', 'address')),
    mark bytea NOT NULL,
    CONSTRAINT blind_marks_one_owner CHECK (num_nonnulls(household_id, contact_id) = 1)
);
CREATE INDEX blind_marks_mark ON hearthwatch.blind_marks (mark, kind);
CREATE INDEX blind_marks_household ON hearthwatch.blind_marks (household_id)
    WHERE household_id IS NOT NULL;
CREATE INDEX blind_marks_contact ON hearthwatch.blind_marks (contact_id)
    WHERE contact_id IS NOT NULL;

-- A ticket's household is named by who may open names, not by the view.
DROP VIEW hearthwatch.ticket_overview;
CREATE VIEW hearthwatch.ticket_overview AS
SELECT
    ticket.id, ticket.device_id, appliance.serial, appliance.type, appliance.model,
    appliance.region, ticket.household_id, household.tier,
    ticket.problem, ticket.state, ticket.severity, ticket.safety, ticket.assignee,
    ticket.visit_at, ticket.opened_at, ticket.changed_at, ticket.version,
    (
        SELECT count(*) FROM hearthwatch.ticket_evidence AS proof
        WHERE proof.ticket_id = ticket.id
    ) AS findings,
    ticket.trace
FROM hearthwatch.tickets AS ticket
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
LEFT JOIN hearthwatch.households AS household ON household.id = ticket.household_id;

-- Consent: by purpose and channel, with who took it down and in which words it was asked.
ALTER TABLE hearthwatch.consents
    ADD COLUMN channel text,
    ADD COLUMN actor text NOT NULL DEFAULT '',
    ADD COLUMN wording text NOT NULL DEFAULT '';
COMMENT ON COLUMN hearthwatch.consents.channel IS 'null for all channels';
COMMENT ON COLUMN hearthwatch.consents.wording IS 'the version of the words that were agreed to';

-- What was erased, without whom: ids of keys, counts, the signed proof.
CREATE TABLE hearthwatch.erasures (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    household_id integer NOT NULL,
    actor text NOT NULL,
    proof jsonb NOT NULL
);

-- The audit trail is a chain: each row holds a hash of itself and of the row before. Links are
-- forged as a transaction commits, one after the other, so that no writer waits longer than that.
ALTER TABLE hearthwatch.audit
    ADD COLUMN link bigint CONSTRAINT audit_link_unique UNIQUE,
    ADD COLUMN hash bytea;
CREATE INDEX audit_subject ON hearthwatch.audit (subject, id);
CREATE INDEX audit_households ON hearthwatch.audit USING gin ((detail -> 'households'))
    WHERE subject = 'households';
CREATE INDEX audit_unlinked ON hearthwatch.audit (id) WHERE link IS NULL;

-- Where the kept part of the trail begins, once older links were deleted: the last of those.
CREATE TABLE hearthwatch.audit_anchors (
    link bigint PRIMARY KEY,
    hash bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    signature jsonb NOT NULL
);

CREATE FUNCTION hearthwatch.audit_text(entry hearthwatch.audit) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN jsonb_build_array(
    entry.link, entry.id, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    entry.actor, entry.action, entry.subject, entry.detail
)::text;

CREATE FUNCTION hearthwatch.forge_audit_link() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    entry hearthwatch.audit;
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('hearthwatch.audit', 0));
    SELECT * INTO entry FROM hearthwatch.audit WHERE id = NEW.id;
    IF entry.id IS NULL OR entry.link IS NOT NULL THEN
        RETURN NULL;
    END IF;
    SELECT link, hash INTO last FROM (
        (SELECT link, hash FROM hearthwatch.audit WHERE link IS NOT NULL
            ORDER BY link DESC LIMIT 1)
        UNION ALL
        (SELECT link, hash FROM hearthwatch.audit_anchors ORDER BY link DESC LIMIT 1)
    ) AS known ORDER BY link DESC LIMIT 1;
    entry.link = coalesce(last.link, 0) + 1;
    UPDATE hearthwatch.audit
    SET link = entry.link,
        hash = sha256(
            coalesce(last.hash, '\x'::bytea)
            || convert_to(hearthwatch.audit_text(entry), 'UTF8')
        )
    WHERE id = entry.id;
    RETURN NULL;
END
$$;

CREATE FUNCTION hearthwatch.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.link IS NULL AND NEW.link IS NOT NULL
        AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.detail)
            IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.detail)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.link <= (SELECT max(link) FROM hearthwatch.audit_anchors) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit trail is not changed: % refused', TG_OP
        USING HINT = 'write a new entry; retention deletes what lies before an anchor';
END
$$;

-- What was written before there was a chain is linked in order of writing.
DO $$
DECLARE
    entry hearthwatch.audit;
    counted bigint := 0;
    last bytea := '\x';
BEGIN
    FOR entry IN SELECT * FROM hearthwatch.audit ORDER BY id LOOP
        counted := counted + 1;
        entry.link := counted;
        last := sha256(last || convert_to(hearthwatch.audit_text(entry), 'UTF8'));
        UPDATE hearthwatch.audit SET link = counted, hash = last WHERE id = entry.id;
    END LOOP;
END
$$;

CREATE CONSTRAINT TRIGGER audit_forge AFTER INSERT ON hearthwatch.audit
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hearthwatch.forge_audit_link();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON hearthwatch.audit
    FOR EACH ROW EXECUTE FUNCTION hearthwatch.refuse_audit_change();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON hearthwatch.audit
    FOR EACH STATEMENT EXECUTE FUNCTION hearthwatch.refuse_audit_change();
