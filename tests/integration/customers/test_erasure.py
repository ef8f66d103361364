"""A household that wants to be forgotten is: its keys are gone, and what points to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from alerts.draft import Draft
from alerts.notices import notice
from customers import contact, household, ownership
from customers.privacy import erasure, signing, subject_export
from customers.privacy.erasure import Wish
from customers.privacy.personal_data import register
from customers.secrecy import blind_index, data_key, sealing
from devices import appliance
from devices.appliance import Registration
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import pool, signature
from storage.pool import Connection
from storage.signature import Signer

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared(module_database_url: str) -> Iterator[Connection]:
    """One database for all of them: nothing is kept."""
    with pool.connect(module_database_url) as opened:
        yield opened


@pytest.fixture
def connection(shared: Connection) -> Iterator[Connection]:
    yield shared
    shared.rollback()


@pytest.fixture
def home(connection: Connection) -> int:
    """The Lins with a fridge, an ended ticket and a letter."""
    ids = household.upsert(
        connection,
        [household.Entry("H-1", "Lin family", "8 Lotus Road", "north", "Asia/Shanghai", "gold")],
        NOW,
    )
    people = contact.upsert(
        connection,
        [contact.Entry(ids["H-1"], "C-1", "Lin Mei", "+86 138 0013 8000", "lin@home.test", "zh")],
        NOW,
        source="test",
    )
    (fridge,) = appliance.register(connection, [Registration("RF-1", "refrigerator")], NOW)
    ownership.assign(connection, {fridge.id: ids["H-1"]}, NOW)
    connection.execute(
        "INSERT INTO hearthwatch.tickets"
        " (device_id, household_id, problem, state, severity, safety, opened_at, changed_at)"
        " VALUES (%s, %s, 'poor_cooling', 'closed', 'high', false, %s, %s)",
        (fridge.id, ids["H-1"], NOW, NOW),
    )
    draft = Draft("k", people["C-1"], fridge.id, "service", "zh", "您好", "冰箱", allowed=True)
    notice.write(connection, [draft], NOW)
    return ids["H-1"]


def _everything(connection: Connection) -> str:
    """All rows of all our tables, as text."""
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'hearthwatch%'"
    ).fetchall()
    return "\n".join(
        str(row[0])
        for schema, table in tables
        for row in connection.execute(
            f"SELECT to_jsonb(kept)::text FROM {schema}.{table} AS kept".encode()
        ).fetchall()
    )


def _erase(connection: Connection, household_id: int, *, force: bool = False) -> erasure.Proof:
    return erasure.erase(connection, Wish(household_id, "ada", force), NOW)


def test_nothing_of_a_customer_is_readable_in_the_tables_even_before(
    connection: Connection, home: int
) -> None:
    kept = _everything(connection)
    assert home
    for secret in ("Lin", "Lotus", "138 0013", "lin@home.test", "您好", "冰箱"):
        assert secret not in kept


def test_an_erased_household_is_not_found_and_its_texts_do_not_open(
    connection: Connection, home: int
) -> None:
    before = contact.of_household(connection, home)[0]
    assert (before.name, before.email) == ("Lin Mei", "lin@home.test")
    _erase(connection, home)
    assert blind_index.find(connection, "name", "lin") == blind_index.Found([], [])
    assert household.page(connection) == []
    assert contact.of_household(connection, home) == []
    assert household.names(connection, [home]) == {home: sealing.ERASED}
    assert notice.page(connection)[0].body == ""
    with pytest.raises(NotFoundError):
        subject_export.collect(connection, home, NOW)


def test_its_identifiers_and_appliances_are_unlinked(connection: Connection, home: int) -> None:
    _erase(connection, home)
    kept = _everything(connection)
    assert '"H-1"' not in kept
    assert '"C-1"' not in kept
    assert ownership.periods(connection, home) == []
    row = connection.execute("SELECT household_id, problem FROM hearthwatch.tickets").fetchone()
    assert row == (None, "poor_cooling")


def test_a_sealed_copy_from_before_stays_shut(connection: Connection, home: int) -> None:
    row = connection.execute("SELECT name_sealed FROM hearthwatch.households").fetchone()
    assert row is not None
    backup = bytes(row[0])  # type: ignore[call-overload]
    owner = sealing.household(home)
    place = "households.name_sealed"
    assert sealing.open_(connection, place, [(owner, backup)]) == ["Lin family"]
    _erase(connection, home)
    assert sealing.open_(connection, place, [(owner, backup)]) == [sealing.ERASED]
    with pytest.raises(ConflictError, match="was erased"):
        sealing.seal(connection, owner, place, ["again"])


def test_an_open_ticket_is_in_the_way_unless_it_is_forced(
    connection: Connection, home: int
) -> None:
    connection.execute("UPDATE hearthwatch.tickets SET state = 'new'")
    with pytest.raises(ConflictError, match="are open"):
        _erase(connection, home)
    _erase(connection, home, force=True)
    assert household.page(connection) == []


def test_the_proof_tells_what_was_destroyed_and_cannot_be_altered(
    connection: Connection, home: int
) -> None:
    proof = _erase(connection, home)
    assert (proof["records"], proof["people"], proof["household_id"]) == (1, 1, home)
    assert len(proof["keys_destroyed"]) == 2  # type: ignore[arg-type]
    assert "Lin" not in json.dumps(proof)
    signature.check(json.loads(json.dumps(proof)))
    with pytest.raises(InvalidError, match="does not fit"):
        signing.signer(connection).check({**proof, "people": 0})
    with pytest.raises(InvalidError, match="another key"):
        Signer.of(b"o" * 32).check(proof)
    assert erasure.proofs(connection) == [proof]


def test_what_a_backup_brings_back_is_erased_again_by_its_proof(
    connection: Connection, home: int
) -> None:
    signing.signer(connection)
    with connection.transaction(force_rollback=True):
        proof = _erase(connection, home)
    assert household.names(connection, [home]) == {home: "Lin family"}
    assert erasure.again(connection, proof, NOW) is not None
    assert household.names(connection, [home]) == {home: sealing.ERASED}
    assert erasure.again(connection, proof, NOW) is None


def test_without_its_keys_an_old_backup_gives_up_the_erased_and_nobody_else(
    connection: Connection, home: int
) -> None:
    other = household.upsert(connection, [household.Entry("H-2", "Costa", "2 Rua Nova")], NOW)
    rows = connection.execute("SELECT id, name_sealed FROM hearthwatch.households").fetchall()
    _erase(connection, home)
    newest = data_key.copy(connection)
    # What a restore of yesterday's backup and of the newest keys brings.
    for number, name in rows:
        connection.execute(
            "UPDATE hearthwatch.households SET name_sealed = %s, erased_at = NULL WHERE id = %s",
            (name, number),
        )
    connection.execute("DELETE FROM hearthwatch_keys.data_keys")
    data_key.load(connection, newest)
    ids = [home, *other.values()]
    assert set(household.names(connection, ids).values()) == {sealing.ERASED, "Costa"}


def test_every_table_that_refers_to_people_is_in_the_register(connection: Connection) -> None:
    rows = connection.execute(
        """
        SELECT DISTINCT child.relname, attribute.attname
        FROM pg_constraint AS reference
        JOIN pg_class AS child ON child.oid = reference.conrelid
        JOIN pg_attribute AS attribute
            ON attribute.attrelid = child.oid AND attribute.attnum = ANY (reference.conkey)
        WHERE reference.contype = 'f' AND reference.confrelid IN (
            'hearthwatch.households'::regclass, 'hearthwatch.contacts'::regclass
        )
        UNION
        SELECT child.relname, attribute.attname
        FROM pg_attribute AS attribute
        JOIN pg_class AS child ON child.oid = attribute.attrelid AND child.relkind = 'r'
        JOIN pg_namespace AS schema ON schema.oid = child.relnamespace
        WHERE schema.nspname = 'hearthwatch' AND attribute.attname LIKE '%\\_sealed'
        """
    ).fetchall()
    known = {held.table for held in register()}
    assert {str(table) for table, _ in rows} - known == {"webhook_endpoints"}
