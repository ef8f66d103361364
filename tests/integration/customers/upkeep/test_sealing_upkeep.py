"""What was plain is sealed, keys are rotated, and a sealed text opens for its owner alone."""

from __future__ import annotations

import pytest

from cli import doctor
from customers import contact, household
from customers.privacy import signing
from customers.secrecy import blind_index, data_key, master_keys, sealed_store, sealing, unsealed
from runtime.errors import ConfigurationError
from storage import pool
from storage import sealing as sealed_form
from storage.pool import Connection
from storage.sealing import Keyring, UnreadableError
from tests.integration.customers.upkeep.plain_records import NOW, add_homes, add_noted_ticket
from tickets import step, verdict

OLD, NEW = b"o" * 32, b"n" * 32


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


def test_notes_of_an_older_version_are_sealed_too_and_read_as_before(base: Connection) -> None:
    ticket_id = add_noted_ticket(base, add_homes(base, ["Lin"])["Lin"], "Lin Mei was out")
    assert [unsealed.seal_steps(base), unsealed.seal_steps(base)] == [1, 0]
    assert [unsealed.seal_verdicts(base), unsealed.seal_verdicts(base)] == [1, 0]
    plain = base.execute(
        "SELECT actor, note FROM hearthwatch.ticket_changes WHERE note <> ''"
        " UNION ALL SELECT actor, note FROM hearthwatch.ticket_verdicts WHERE note <> ''"
    ).fetchall()
    assert plain == [("hearthwatch", "Lin Mei was out")]
    assert {each.note for each in step.of_ticket(base, ticket_id)} == {"Lin Mei was out"}
    assert [each.note for each in verdict.history(base, ticket_id)] == ["Lin Mei was out"]


def test_rotation_wraps_every_key_anew_and_the_old_master_key_may_go(base: Connection) -> None:
    master_keys.use(Keyring({"old": OLD}))
    homes = add_homes(base, ["Lin", "Costa", "Berg"])
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
    homes = add_homes(base, ["Lin"])
    master_keys.use(Keyring({"new": NEW}))
    with pytest.raises(ConfigurationError, match="'old', which is not here"):
        household.names(base, homes.values())
    with pytest.raises(ConfigurationError, match="'old', which is not here"):
        sealing.seal(base, "household:99", "notes.text_sealed", ["new"])


def test_a_text_put_into_another_households_row_does_not_open(base: Connection) -> None:
    homes = add_homes(base, ["Lin", "Costa"])
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
    homes = add_homes(base, ["Lin", "Lin again"])
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


def test_the_doctor_names_a_master_key_that_is_not_there(base: Connection) -> None:
    master_keys.use(Keyring({"old": OLD}))
    add_homes(base, ["Lin"])
    master_keys.use(Keyring({"new": NEW, "old": OLD}))
    assert "2 wait for `hearthwatch privacy rotate`" in doctor.look_for_master_keys(base)
    master_keys.use(Keyring({"new": NEW}))
    with pytest.raises(ConfigurationError, match="wrapped by old, which this process has not"):
        doctor.look_for_master_keys(base)
