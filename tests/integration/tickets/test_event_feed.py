"""The feed of events: nobody who reads on misses one."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from runtime.errors import InvalidError
from storage import event, pool
from storage.event import Event
from storage.pool import Connection
from tests.feed_database import emptied
from tickets.outside import feed
from tickets.outside.feed import GoneError

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DEADLINE_S = 60.0


@pytest.fixture
def database_url(module_database_url: str) -> Iterator[str]:
    """One database for all tests here, without events."""
    with emptied(module_database_url):
        yield module_database_url


def _write(connection: Connection, *subjects: str, region: str = "") -> None:
    event.append(connection, [Event("ticket.opened", each, AT, region=region) for each in subjects])


def _read(connection: Connection, after: int = 0) -> list[feed.Told]:
    feed.number(connection)
    connection.commit()
    return feed.read(connection, after)


def test_a_transaction_that_commits_late_is_not_missed_by_who_read_in_between(
    database_url: str, connection: Connection
) -> None:
    with pool.connect(database_url) as early, pool.connect(database_url) as late:
        _write(late, "ticket:1")
        _write(early, "ticket:2")
        early.commit()
        first = _read(connection)
        late.commit()
    second = _read(connection, first[-1].position)
    assert [each.subject for each in first] == ["ticket:2"]
    assert [each.subject for each in second] == ["ticket:1"]
    assert first[0].id > second[0].id


def test_positions_have_no_gap_and_are_given_once(connection: Connection) -> None:
    _write(connection, "ticket:1", "ticket:2")
    connection.commit()
    assert feed.number(connection) == 2
    _write(connection, "ticket:3")
    connection.commit()
    assert (feed.number(connection), feed.number(connection)) == (1, 0)
    assert [each.position for each in feed.read(connection, 0)] == [1, 2, 3]


def test_two_readers_at_once_give_no_position_twice(
    database_url: str, connection: Connection
) -> None:
    _write(connection, "ticket:1")
    connection.commit()
    with pool.connect(database_url) as other:
        assert feed.number(other) == 1
        # This one would wait for the other's commit.
        connection.execute("SET lock_timeout = '50ms'")
        with pytest.raises(Exception, match="lock timeout"):
            feed.number(connection)
        connection.rollback()
    assert [each.position for each in _read(connection)] == [1]


def test_a_reader_gets_the_kinds_and_the_region_that_it_asks_for(connection: Connection) -> None:
    event.append(
        connection,
        [
            Event("ticket.opened", "ticket:1", AT, region="north"),
            Event("notice.sent", "notice:1", AT, region="north"),
            Event("ticket.closed", "ticket:1", AT, region="south"),
        ],
    )
    feed.number(connection)

    def kinds(*wanted: str, region: str | None = None) -> list[str]:
        return [each.kind for each in feed.read(connection, 0, kinds=wanted, region=region)]

    assert kinds("ticket.*") == ["ticket.opened", "ticket.closed"]
    assert kinds("notice.sent", "ticket.closed") == ["notice.sent", "ticket.closed"]
    assert kinds("*", region="north") == ["ticket.opened", "notice.sent"]
    assert kinds("notice.failed") == []


def test_old_events_go_and_who_was_in_the_middle_of_them_is_told(connection: Connection) -> None:
    _write(connection, "ticket:1", "ticket:2", "ticket:3")
    feed.number(connection)
    connection.execute(
        "UPDATE hearthwatch.events SET recorded_at = now() - interval '10 days' WHERE position < 3"
    )
    assert feed.forget(connection, timedelta(days=9)) == 2
    assert feed.forget(connection, timedelta(days=9)) == 0
    assert [each.position for each in feed.read(connection, 0)] == [3]
    assert [each.position for each in feed.read(connection, 2)] == [3]
    with pytest.raises(GoneError, match="up to 2 are no longer kept"):
        feed.read(connection, 1)


def test_positions_go_on_when_everything_was_deleted(connection: Connection) -> None:
    _write(connection, "ticket:1")
    feed.number(connection)
    connection.execute("UPDATE hearthwatch.events SET recorded_at = now() - interval '1 day'")
    assert feed.forget(connection, timedelta(hours=1)) == 1
    _write(connection, "ticket:2")
    feed.number(connection)
    assert [each.position for each in feed.read(connection, 0)] == [2]


@pytest.mark.parametrize("kind", ["ticket", "Ticket.opened", "*.opened", "ticket.opened ", ""])
def test_what_can_be_no_kind_is_refused(kind: str) -> None:
    with pytest.raises(InvalidError, match="no kind of event"):
        feed.check_kinds([kind])


WRITERS, EACH = 4, 15


def _write_steps(url: str, seed: int) -> None:
    """Take one step after the other of two tickets, each alone with its ticket until the commit."""
    chance = random.Random(seed)
    with pool.connect(url) as connection:
        for _ in range(EACH):
            number = chance.randrange(2)
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (number,))
            step = connection.execute(
                "SELECT count(*) FROM hearthwatch.events WHERE subject = %s", (f"ticket:{number}",)
            ).fetchone()
            told = Event(
                "ticket.noted", f"ticket:{number}", AT, facts={"step": step[0] if step else 0}
            )
            event.append(connection, [told])
            _write(connection, f"alert:{seed}")
            connection.commit()


def test_a_reader_beside_many_writers_gets_each_event_once_and_every_ticket_in_order(
    database_url: str, connection: Connection
) -> None:
    seen: list[feed.Told] = []
    deadline = time.monotonic() + DEADLINE_S
    with ThreadPoolExecutor(WRITERS) as writers:
        writing = [writers.submit(_write_steps, database_url, seed) for seed in range(WRITERS)]
        while len(seen) < 2 * WRITERS * EACH:
            assert time.monotonic() < deadline, "not all was read"
            seen += _read(connection, seen[-1].position if seen else 0)
            connection.commit()
        for each in writing:
            each.result()
    assert len({told.id for told in seen}) == len(seen)
    for subject in ("ticket:0", "ticket:1"):
        steps = [told.facts["step"] for told in seen if told.subject == subject]
        assert steps == list(range(len(steps)))
