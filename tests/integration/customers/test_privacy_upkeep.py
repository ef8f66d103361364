"""What keeps personal data in order: sealing what was plain, rotation, consent, retention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cli import doctor
from customers import consent, contact, household, ownership
from customers.consent import Answer
from customers.privacy import retention, signing
from customers.privacy.retention import Keeping
from customers.secrecy import blind_index, data_key, master_keys, sealed_store, sealing, unsealed
from devices import appliance
from devices.appliance import Registration
from runtime.clock import SetClock
from runtime.errors import ConfigurationError, InvalidError
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import pool
from storage import sealing as sealed_form
from storage.pool import Connection
from storage.sealing import Keyring, UnreadableError
from tickets import handed_over, step, verdict

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Connection]:
    """One database for tests that leave nothing in it."""
    with pool.connect(module_database_url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def base(shared: Connection) -> Iterator[Connection]:
    yield shared
    shared.rollback()
    master_keys.use(None)


def _homes(connection: Connection, names: list[str]) -> dict[str, int]:
    entries = [household.Entry(f"H-{place}", name) for place, name in enumerate(names)]
    ids = household.upsert(connection, entries, NOW)
    return {name: ids[f"H-{place}"] for place, name in enumerate(names)}


def _person(connection: Connection, **told: str | None) -> int:
    home = household.upsert(connection, [household.Entry("H-1", "Lin")], NOW)["H-1"]
    entry = contact.Entry(home, "C-1", **{"name": "Lin Mei", **told})  # type: ignore[arg-type]
    return contact.upsert(connection, [entry], NOW, source="import")["C-1"]


def test_what_an_older_version_left_plain_is_sealed_in_portions(base: Connection) -> None:
    base.execute(
        "INSERT INTO hearthwatch.households (external_id, name, address, created_at)"
        " SELECT 'P-' || n, 'Home ' || n, 'Road ' || n, %s FROM generate_series(1, 5) AS n",
        (NOW,),
    )
    base.execute(
        "INSERT INTO hearthwatch.contacts (household_id, external_id, name, phone)"
        " SELECT id, 'PC', 'Mei', '+8613800138000' FROM hearthwatch.households"
        " WHERE external_id = 'P-1'"
    )
    base.execute(
        "INSERT INTO hearthwatch.notices"
        " (key, contact_id, purpose, channel, language, subject, body, created_at)"
        " SELECT 'n', id, 'service', '', 'en', 'Hello', 'Your fridge', %s"
        " FROM hearthwatch.contacts",
        (NOW,),
    )
    assert [unsealed.seal_households(base, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert [unsealed.seal_contacts(base, 2), unsealed.seal_contacts(base, 2)] == [1, 0]
    assert [unsealed.seal_notices(base, 2), unsealed.seal_notices(base, 2)] == [1, 0]
    row = base.execute(
        "SELECT count(name), count(address), (SELECT count(name) + count(phone)"
        " FROM hearthwatch.contacts), (SELECT count(subject) + count(body)"
        " FROM hearthwatch.notices) FROM hearthwatch.households"
    ).fetchone()
    assert row == (0, 0, 0, 0)
    (person,) = blind_index.find(base, "phone", "+86 138 0013 8000").contact_ids
    found = contact.by_ids(base, [person])[person]
    assert (found.name, found.phone) == ("Mei", "+8613800138000")
    assert household.get(base, found.household_id).address == "Road 1"


def _noted(base: Connection, home: int | None, note: str) -> int:
    """A ticket that a person and the house itself moved, and its verdict, all with a plain note."""
    (fridge,) = appliance.register(base, [Registration("RF-1", "refrigerator")], NOW)
    row = base.execute(
        "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
        " severity, safety, opened_at, changed_at)"
        " VALUES (%s, %s, 'poor_cooling', 'closed', 'low', false, %s, %s) RETURNING id",
        (fridge.id, home, NOW - timedelta(days=60), NOW - timedelta(days=60)),
    ).fetchone()
    assert row is not None
    base.execute(
        "INSERT INTO hearthwatch.ticket_changes (ticket_id, at, actor, state_after, note)"
        " SELECT %s, %s, actor, 'closed', %s FROM unnest(ARRAY['dora', 'hearthwatch']) AS actor",
        (row[0], NOW, note),
    )
    base.execute(
        "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, note)"
        " VALUES (%s, %s, 'tom', 'no_fault_found', %s)",
        (row[0], NOW, note),
    )
    return int(str(row[0]))


def test_notes_of_an_older_version_are_sealed_too_and_read_as_before(base: Connection) -> None:
    ticket_id = _noted(base, _homes(base, ["Lin"])["Lin"], "Lin Mei was out")
    assert [unsealed.seal_steps(base), unsealed.seal_steps(base)] == [1, 0]
    assert [unsealed.seal_verdicts(base), unsealed.seal_verdicts(base)] == [1, 0]
    plain = base.execute(
        "SELECT actor, note FROM hearthwatch.ticket_changes WHERE note <> ''"
        " UNION ALL SELECT actor, note FROM hearthwatch.ticket_verdicts WHERE note <> ''"
    ).fetchall()
    assert plain == [("hearthwatch", "Lin Mei was out")]
    assert {each.note for each in step.of_ticket(base, ticket_id)} == {"Lin Mei was out"}
    assert [each.note for each in verdict.history(base, ticket_id)] == ["Lin Mei was out"]


def test_notes_on_a_ticket_of_long_ago_go_with_the_household(base: Connection) -> None:
    ticket_id = _noted(base, _homes(base, ["Lin"])["Lin"], "Lin Mei was out")
    unsealed.seal_verdicts(base)
    assert retention.let_go(base, "tickets", timedelta(days=30), SetClock(NOW)) == 1
    assert {each.note for each in step.of_ticket(base, ticket_id)} == {""}
    assert [each.note for each in verdict.history(base, ticket_id)] == [""]


def test_rotation_wraps_every_key_anew_and_the_old_master_key_may_go(base: Connection) -> None:
    master_keys.use(Keyring({"old": OLD}))
    homes = _homes(base, ["Lin", "Costa", "Berg"])
    both = Keyring({"new": NEW, "old": OLD})
    portions = []
    while number := data_key.rewrap(base, both, 2):
        portions.append(number)
    assert portions == [2, 2]
    assert data_key.masters(base) == {"new": 4}
    master_keys.use(Keyring({"new": NEW}))
    assert set(household.names(base, homes.values()).values()) == {"Lin", "Costa", "Berg"}


def test_a_process_with_other_master_keys_is_told_which_one_it_lacks(base: Connection) -> None:
    master_keys.use(Keyring({"old": OLD}))
    homes = _homes(base, ["Lin"])
    master_keys.use(Keyring({"new": NEW}))
    with pytest.raises(ConfigurationError, match="'old', which is not here"):
        household.names(base, homes.values())
    with pytest.raises(ConfigurationError, match="'old', which is not here"):
        sealing.seal(base, "household:99", "notes.text_sealed", ["new"])


def test_a_text_put_into_another_households_row_does_not_open(base: Connection) -> None:
    homes = _homes(base, ["Lin", "Costa"])
    base.execute(
        "UPDATE hearthwatch.households SET name_sealed ="
        " (SELECT name_sealed FROM hearthwatch.households WHERE id = %s) WHERE id = %s",
        (homes["Lin"], homes["Costa"]),
    )
    with pytest.raises(UnreadableError, match="was not sealed for household"):
        household.names(base, homes.values())


def test_what_a_merged_household_wrote_opens_for_the_one_that_took_it_over(
    base: Connection,
) -> None:
    homes = _homes(base, ["Lin", "Lin again"])
    lin, again = (sealing.household(number) for number in homes.values())
    (note,) = sealing.seal(base, again, "ticket_notes.text_sealed", ["bring a filter"])
    asked = [(lin, note)]
    with pytest.raises(UnreadableError):
        sealing.open_(base, "ticket_notes.text_sealed", asked)
    data_key.hand_over(base, again, lin)
    assert sealing.open_(base, "ticket_notes.text_sealed", asked) == ["bring a filter"]
    data_key.hand_over(base, again, again)
    with pytest.raises(UnreadableError):
        sealing.open_(base, "ticket_notes.text_sealed", asked)


def test_the_latest_answer_for_a_channel_or_for_all_of_them_counts(base: Connection) -> None:
    person = _person(base)

    def say(granted: bool, channel: str | None, hours: int) -> None:  # noqa: FBT001 - a word
        answer = Answer(person, "reminders", granted, channel)
        consent.record(base, [answer], NOW + timedelta(hours=hours), source="my page")

    say(granted=True, channel=None, hours=1)
    say(granted=False, channel="sms", hours=2)
    assert consent.allows(base, person, "reminders")
    assert consent.allows(base, person, "reminders", "email")
    assert not consent.allows(base, person, "reminders", "sms")
    assert not consent.allows(base, person, "marketing")
    say(granted=False, channel=None, hours=3)
    assert not consent.allows(base, person, "reminders", "email")
    say(granted=False, channel=None, hours=4)
    assert len([each for each in consent.log(base, person) if each.source == "my page"]) == 3
    with pytest.raises(InvalidError, match="no purpose 'spam'"):
        consent.record(base, [Answer(person, "spam", granted=True)], NOW, source="x")


def test_a_channel_that_is_refused_again_after_all_were_granted_is_refused(
    base: Connection,
) -> None:
    person = _person(base)
    no_sms = Answer(person, "reminders", granted=False, channel="sms")
    everything = Answer(person, "reminders", granted=True)
    for hours, answer in enumerate((everything, no_sms)):
        consent.record(base, [answer], NOW + timedelta(hours=hours + 1), source="console")
    assert consent.exceptions(base, person) == [no_sms]
    nothing = Answer(person, "reminders", granted=False)
    for hours, answer in enumerate((nothing, everything)):
        consent.record(base, [answer], NOW + timedelta(hours=hours + 3), source="console")
    assert consent.exceptions(base, person) == []
    consent.record(base, [no_sms], NOW + timedelta(hours=5), source="console")
    assert not consent.allows(base, person, "reminders", "sms")
    assert consent.exceptions(base, person) == [no_sms]


def test_no_import_grants_again_what_somebody_took_back(base: Connection) -> None:
    person = _person(base)
    back = Answer(person, "service", granted=False)
    grant = Answer(person, "service", granted=True)
    consent.record(base, [grant], NOW + timedelta(hours=1), source="import")
    assert consent.allows(base, person, "service")
    consent.record(base, [back], NOW + timedelta(hours=2), source="my page")
    consent.record(base, [grant], NOW + timedelta(hours=3), source="import")
    assert not consent.allows(base, person, "service")
    consent.record(base, [grant], NOW + timedelta(hours=4), source="hotline")
    assert consent.allows(base, person, "service")


@pytest.mark.parametrize(
    ("kind", "asked", "found"),
    [
        ("name", "mei", True),
        ("name", "LIN Mei", True),
        ("name", "li", False),
        ("name", "lin costa", False),
        ("phone", "0086 138 0013 8000", False),
        ("phone", "+86 (138) 0013-8000", True),
        ("email", " Lin@Home.Test ", True),
        ("email", "lin@home", False),
        ("name", "", False),
    ],
)
def test_the_blind_index_finds_whole_numbers_and_how_names_begin(
    base: Connection, kind: str, asked: str, *, found: bool
) -> None:
    person = _person(base, phone="+86 138 0013 8000", email="lin@home.test")
    assert (person in blind_index.find(base, kind, asked).contact_ids) is found


def test_a_chinese_name_is_found_by_any_part(base: Connection) -> None:
    person = _person(base, name="欧阳小明")
    for part in ("欧阳", "小明", "阳小", "欧阳小明"):
        assert blind_index.find(base, "name", part).contact_ids == [person]
    assert blind_index.find(base, "name", "明小").contact_ids == []


def test_what_is_too_old_is_let_go_and_its_figures_stay(database_url: str) -> None:
    kept = Keeping.of(
        Settings(keep_conversations_days=30, keep_comments_days=30, keep_audit_days=0)
    )
    with pool.connect(database_url) as connection:
        person = _person(connection)
        home = contact.by_ids(connection, [person])[person].household_id
        (fridge,) = appliance.register(connection, [Registration("RF-1", "refrigerator")], NOW)
        ownership.assign(connection, {fridge.id: home}, NOW - timedelta(days=90))
        for days in (60, 5):
            at = NOW - timedelta(days=days)
            row = connection.execute(
                "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
                " severity, safety, opened_at, changed_at) VALUES (%s, %s, 'poor_cooling',"
                " 'closed', 'low', false, %s, %s) RETURNING id",
                (fridge.id, home, at, at),
            ).fetchone()
            assert row is not None
            (words,) = sealing.seal(
                connection, sealing.household(home), "ratings.comment_sealed", ["good"]
            )
            connection.execute(
                "INSERT INTO hearthwatch.ratings (ticket_id, household_id, nps, comment_sealed, at)"
                " VALUES (%s, %s, 9, %s, %s)",
                (row[0], home, words, at),
            )
        connection.commit()
        opened = pool.open_pool(database_url)
        try:
            retention.enforce(opened, SetClock(NOW), kept, Stop())
            retention.enforce(opened, SetClock(NOW), Keeping(), Stop())
        finally:
            opened.close()
        left = connection.execute(
            "SELECT sum(nps), count(comment_sealed) FROM hearthwatch.ratings"
        ).fetchone()
    assert left == (18, 1)


def test_a_ticket_of_long_ago_no_longer_says_whose_it_was(base: Connection) -> None:
    home = _homes(base, ["Lin"])["Lin"]
    (fridge,) = appliance.register(base, [Registration("RF-1", "refrigerator")], NOW)
    for state, days in (("closed", 60), ("closed", 5), ("new", 60)):
        at = NOW - timedelta(days=days)
        base.execute(
            "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
            " severity, safety, opened_at, changed_at)"
            " VALUES (%s, %s, 'poor_cooling', %s, 'low', false, %s, %s)",
            (fridge.id, home, state, at, at),
        )
    assert retention.let_go(base, "tickets", timedelta(days=30), SetClock(NOW)) == 1
    rows = base.execute("SELECT household_id FROM hearthwatch.tickets ORDER BY id").fetchall()
    assert rows == [(None,), (home,), (home,)]


def test_making_a_database_ready_twice_does_nothing_the_second_time(database_url: str) -> None:
    with pool.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO hearthwatch.households (external_id, name, created_at)"
            " VALUES ('P-1', 'Lin', %s)",
            (NOW,),
        )
        assert sealed_store.ensure(connection) == ["sealed 1 records that were plain"]
        first = signing.signer(connection).public_key
        assert sealed_store.ensure(connection) == []
        assert signing.signer(connection).public_key == first


def test_nothing_that_is_no_sealed_text_is_taken_for_one() -> None:
    with pytest.raises(UnreadableError, match="not sealed"):
        sealed_form.key_id(b"Lin Mei")


def test_a_ticket_of_an_appliance_that_an_import_gave_away_is_cancelled(database_url: str) -> None:
    with pool.connect(database_url) as connection:
        homes = _homes(connection, ["Lin", "Costa"])
        fridge, washer = appliance.register(
            connection,
            [Registration("RF-1", "refrigerator"), Registration("WM-1", "washing_machine")],
            NOW,
        )
        begin = NOW - timedelta(days=9)
        ownership.assign(connection, {fridge.id: homes["Lin"], washer.id: homes["Lin"]}, begin)
        for device, state in ((fridge.id, "new"), (fridge.id, "on_site"), (washer.id, "new")):
            connection.execute(
                "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
                " severity, safety, opened_at, changed_at)"
                " VALUES (%s, %s, %s, %s, 'low', false, %s, %s)",
                (device, homes["Lin"], f"problem_{state}", state, begin, begin),
            )
        ownership.assign(connection, {fridge.id: homes["Costa"]}, NOW)
        connection.commit()
        opened = pool.open_pool(database_url)
        try:
            assert handed_over.end(opened, SetClock(NOW)) == 1
            assert handed_over.end(opened, SetClock(NOW)) == 0
        finally:
            opened.close()
        rows = connection.execute("SELECT state FROM hearthwatch.tickets ORDER BY id").fetchall()
    assert rows == [("cancelled",), ("on_site",), ("new",)]


def test_the_doctor_names_a_master_key_that_is_not_there(base: Connection) -> None:
    master_keys.use(Keyring({"old": OLD}))
    _homes(base, ["Lin"])
    master_keys.use(Keyring({"new": NEW, "old": OLD}))
    assert "2 wait for `hearthwatch privacy rotate`" in doctor.look_for_master_keys(base)
    master_keys.use(Keyring({"new": NEW}))
    with pytest.raises(ConfigurationError, match="wrapped by old, which this process has not"):
        doctor.look_for_master_keys(base)
