"""The audit trail cannot be edited without `audit verify` naming the place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.errors import InvalidError
from storage import audit_chain, pool
from storage.pool import Connection
from storage.signature import Signer

SIGNER = Signer.of(b"s" * 32)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ENTRIES = 12


def _write(connection: Connection, number: int, *, at: datetime = NOW) -> None:
    connection.execute(
        "INSERT INTO hearthwatch.audit (at, actor, action, subject, detail)"
        " VALUES (%s, 'ada', 'customer.seen', %s, '{\"where\": \"page\"}')",
        (at, f"household:{number}"),
    )


@pytest.fixture(scope="module")
def trail(module_database_url: str) -> Iterator[Connection]:
    """A trail of some entries; what a test does to it is rolled back."""
    with pool.connect(module_database_url) as connection:
        for number in range(ENTRIES):
            _write(connection, number)
            connection.commit()
        yield connection
        connection.rollback()


def _tampering(connection: Connection) -> None:
    """Do as the owner of the database can: switch off what refuses."""
    connection.execute("ALTER TABLE hearthwatch.audit DISABLE TRIGGER USER")


def test_an_untouched_trail_is_whole(trail: Connection) -> None:
    found = audit_chain.verify(trail, SIGNER)
    trail.rollback()
    assert (found.whole, found.checked, found.last.number) == (True, ENTRIES, ENTRIES)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE hearthwatch.audit SET actor = 'eve'",
        "UPDATE hearthwatch.audit SET hash = '\\x00'",
        "DELETE FROM hearthwatch.audit",
        "TRUNCATE hearthwatch.audit",
    ],
)
def test_the_database_refuses_to_change_it(trail: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="is not changed"):
        trail.execute(statement.encode())
    trail.rollback()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    link=st.integers(1, ENTRIES),
    change=st.sampled_from(
        ["actor = 'eve'", "action = 'x'", "subject = ''", "at = at + interval '1 s'",
         "detail = '{}'", "hash = sha256(hash)"]
    ),
)  # fmt: skip
def test_any_edited_entry_is_named(trail: Connection, link: int, change: str) -> None:
    _tampering(trail)
    trail.execute(f"UPDATE hearthwatch.audit SET {change} WHERE link = {link}".encode())
    found = audit_chain.verify(trail, SIGNER)
    trail.rollback()
    assert found.broken == link


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(link=st.integers(1, ENTRIES - 1))
def test_a_removed_entry_is_named(trail: Connection, link: int) -> None:
    _tampering(trail)
    trail.execute("DELETE FROM hearthwatch.audit WHERE link = %s", (link,))
    found = audit_chain.verify(trail, SIGNER)
    trail.rollback()
    assert (found.broken, found.reason) == (link, "is missing")


def test_an_entry_slipped_in_past_the_chain_is_noticed(database_url: str) -> None:
    with pool.connect(database_url) as connection:
        _write(connection, 1)
        connection.commit()
        _tampering(connection)
        _write(connection, 99)
        connection.commit()
        found = audit_chain.verify(connection, SIGNER)
    assert (found.broken, found.reason) == (2, "has no link")


def test_a_cut_off_end_is_found_by_a_checkpoint_kept_elsewhere(trail: Connection) -> None:
    mark = audit_chain.checkpoint(trail, SIGNER, NOW)
    assert audit_chain.verify(trail, SIGNER, mark).whole
    _tampering(trail)
    trail.execute("DELETE FROM hearthwatch.audit WHERE link > 9")
    unnoticed, noticed = (
        audit_chain.verify(trail, SIGNER),
        audit_chain.verify(trail, SIGNER, mark),
    )
    trail.rollback()
    assert unnoticed.whole
    assert (noticed.broken, noticed.reason) == (10, "the end of the trail is missing")


def test_a_trail_that_was_forged_anew_differs_from_the_checkpoint(trail: Connection) -> None:
    mark = audit_chain.checkpoint(trail, SIGNER, NOW)
    _tampering(trail)
    trail.execute(
        """
        DO $$
        DECLARE entry hearthwatch.audit; last bytea := '\\x';
        BEGIN
            UPDATE hearthwatch.audit SET actor = 'eve' WHERE link = 3;
            FOR entry IN SELECT * FROM hearthwatch.audit ORDER BY link LOOP
                last := sha256(last || convert_to(hearthwatch.audit_text(entry), 'UTF8'));
                UPDATE hearthwatch.audit SET hash = last WHERE link = entry.link;
            END LOOP;
        END $$
        """
    )
    fooled, found = audit_chain.verify(trail, SIGNER), audit_chain.verify(trail, SIGNER, mark)
    trail.rollback()
    assert fooled.whole
    assert (found.broken, found.reason) == (ENTRIES, "differs from the checkpoint")


def test_a_checkpoint_of_somebody_else_is_refused(trail: Connection) -> None:
    mark = audit_chain.checkpoint(trail, Signer.of(b"o" * 32), NOW)
    with pytest.raises(InvalidError, match="another key"):
        audit_chain.verify(trail, SIGNER, mark)
    trail.rollback()


def test_writers_at_once_make_one_chain(database_url: str) -> None:
    def write(first: int) -> None:
        with pool.connect(database_url) as connection:
            for number in range(first, first + 10):
                _write(connection, number)
                _write(connection, number)
                connection.commit()

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    with pool.connect(database_url) as connection:
        found = audit_chain.verify(connection, SIGNER)
    assert (found.whole, found.checked) == (True, 60)


def test_what_retention_deletes_leaves_an_anchor_and_a_whole_rest(database_url: str) -> None:
    with pool.connect(database_url) as connection:
        for number in range(6):
            _write(connection, number, at=NOW - timedelta(days=10 - number))
            connection.commit()
        mark = audit_chain.checkpoint(connection, SIGNER, NOW)
        kept = timedelta(days=7)
        assert audit_chain.trim(connection, SIGNER, kept, NOW, limit=100) == 3
        assert audit_chain.trim(connection, SIGNER, kept, NOW, limit=100) == 0
        connection.commit()
        _write(connection, 7)
        connection.commit()
        found = audit_chain.verify(connection, SIGNER, mark)
        assert (found.whole, found.checked, found.last.number) == (True, 4, 7)
        connection.execute("UPDATE hearthwatch.audit_anchors SET hash = '\\x00'")
        assert "changed" in audit_chain.verify(connection, SIGNER).reason
