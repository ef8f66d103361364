-- What customers are told, by which way, and what they answer.
ALTER TABLE hearthwatch.notices
    ALTER COLUMN channel SET DEFAULT '',
    ADD COLUMN occasion text NOT NULL DEFAULT '',
    ADD COLUMN ticket_id bigint REFERENCES hearthwatch.tickets,
    ADD COLUMN about text NOT NULL DEFAULT '',
    ADD COLUMN safety boolean NOT NULL DEFAULT false,
    ADD COLUMN trace uuid,
    ADD COLUMN not_before timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN sent_with bigint REFERENCES hearthwatch.notices,
    ADD CONSTRAINT notices_safety CHECK (NOT safety OR purpose = 'service');
COMMENT ON COLUMN hearthwatch.notices.channel IS 'empty until one is tried';
COMMENT ON COLUMN hearthwatch.notices.about IS
    'what its personal page is about, such as ticket:12 or consumable:3:water_filter';
COMMENT ON COLUMN hearthwatch.notices.not_before IS
    'held until then: a night, a snooze, a full week, or a pause after a failure';
COMMENT ON COLUMN hearthwatch.notices.sent_with IS 'the letter that it was part of';
UPDATE hearthwatch.notices SET not_before = created_at;
CREATE INDEX notices_due ON hearthwatch.notices (not_before) WHERE state = 'queued';
CREATE INDEX notices_contact ON hearthwatch.notices (contact_id, settled_at);
CREATE INDEX notices_ticket ON hearthwatch.notices (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX notices_failed ON hearthwatch.notices (id) WHERE state = 'failed';

CREATE VIEW hearthwatch.notice_overview AS
SELECT
    notice.id, notice.key, notice.contact_id, contact.household_id, notice.device_id,
    appliance.serial, coalesce(appliance.region, household.region) AS region, notice.purpose,
    notice.occasion, notice.about, notice.ticket_id, notice.safety, notice.trace, notice.channel,
    notice.language, notice.subject_sealed, notice.body_sealed, notice.created_at,
    notice.not_before, notice.attempts, notice.state, notice.settled_at, notice.detail
FROM hearthwatch.notices AS notice
JOIN hearthwatch.contacts AS contact ON contact.id = notice.contact_id
JOIN hearthwatch.households AS household ON household.id = contact.household_id
LEFT JOIN hearthwatch.appliances AS appliance ON appliance.id = notice.device_id;

CREATE TABLE hearthwatch.contact_channels (
    contact_id integer NOT NULL REFERENCES hearthwatch.contacts ON DELETE CASCADE,
    channel text NOT NULL,
    preferred boolean NOT NULL DEFAULT false,
    disabled_at timestamptz,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (contact_id, channel)
);
COMMENT ON COLUMN hearthwatch.contact_channels.disabled_at IS
    'since when the carrier refuses this address for good; the desk may let it be tried again';
CREATE INDEX contact_channels_disabled ON hearthwatch.contact_channels (disabled_at DESC)
    WHERE disabled_at IS NOT NULL;

CREATE TABLE hearthwatch.contact_snoozes (
    contact_id integer PRIMARY KEY REFERENCES hearthwatch.contacts ON DELETE CASCADE,
    until timestamptz NOT NULL
);
COMMENT ON TABLE hearthwatch.contact_snoozes IS 'who does not want to be reminded for a while';

-- A link holds nothing but a secret; what it opens stands here, by the secret's hash.
CREATE TABLE hearthwatch.my_links (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret_hash bytea NOT NULL CONSTRAINT my_links_secret_unique UNIQUE,
    contact_id integer NOT NULL REFERENCES hearthwatch.contacts ON DELETE CASCADE,
    subject text NOT NULL,
    notice_id bigint REFERENCES hearthwatch.notices,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX my_links_contact ON hearthwatch.my_links (contact_id);
CREATE INDEX my_links_expiry ON hearthwatch.my_links (expires_at);

CREATE TABLE hearthwatch.ratings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    household_id integer NOT NULL REFERENCES hearthwatch.households,
    contact_id integer REFERENCES hearthwatch.contacts ON DELETE SET NULL,
    nps smallint CONSTRAINT ratings_nps CHECK (nps BETWEEN 0 AND 10),
    csat smallint CONSTRAINT ratings_csat CHECK (csat BETWEEN 1 AND 5),
    comment_sealed bytea,
    at timestamptz NOT NULL,
    CONSTRAINT ratings_say_something CHECK (nps IS NOT NULL OR csat IS NOT NULL),
    CONSTRAINT ratings_once UNIQUE (ticket_id, contact_id)
);
COMMENT ON COLUMN hearthwatch.ratings.comment_sealed IS 'sealed for the household';
COMMENT ON COLUMN hearthwatch.ratings.at IS 'when it was given, or last changed';
CREATE INDEX ratings_household ON hearthwatch.ratings (household_id);
CREATE INDEX ratings_at ON hearthwatch.ratings (at);

CREATE TABLE hearthwatch.questions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES hearthwatch.tickets,
    household_id integer NOT NULL REFERENCES hearthwatch.households,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    words_sealed bytea NOT NULL,
    answered_at timestamptz
);
COMMENT ON COLUMN hearthwatch.questions.words_sealed IS
    'what the desk asks the customer, sealed for the household; the answer is an interaction';
CREATE INDEX questions_ticket ON hearthwatch.questions (ticket_id, id);

CREATE TABLE hearthwatch.replacements (
    device_id integer NOT NULL REFERENCES hearthwatch.appliances,
    consumable text NOT NULL,
    at timestamptz NOT NULL,
    contact_id integer REFERENCES hearthwatch.contacts ON DELETE SET NULL,
    PRIMARY KEY (device_id, consumable, at)
);
COMMENT ON TABLE hearthwatch.replacements IS
    'what customers say that they replaced; technicians say so in verdicts';
