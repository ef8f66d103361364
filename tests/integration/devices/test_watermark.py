"""How far the platform has come in event time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from devices import watermark
from devices.watermark import Tally
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def silent_for_two_minutes(connection: Connection, worker: str) -> None:
    connection.execute(
        "UPDATE hearthwatch.ingest_progress SET updated_at = now() - INTERVAL '2 minutes'"
        " WHERE worker = %s",
        (worker,),
    )


def test_before_the_first_reading_there_is_none(connection: Connection) -> None:
    assert watermark.current(connection) is None
    watermark.advance(connection, "a", None, Tally(received=1, dead_lettered=1))
    assert watermark.current(connection) is None
    watermark.advance(connection, "b", START)
    assert watermark.current(connection) == START


def test_a_worker_never_goes_back(connection: Connection) -> None:
    for event_at in (START, START - HOUR, None):
        watermark.advance(connection, "a", event_at)
        assert watermark.current(connection) == START


def test_the_slowest_active_worker_decides(connection: Connection) -> None:
    watermark.advance(connection, "a", START + HOUR)
    watermark.advance(connection, "b", START)
    assert watermark.current(connection) == START
    silent_for_two_minutes(connection, "b")
    assert watermark.current(connection) == START + HOUR


def test_where_all_workers_are_silent_the_furthest_one_decides(connection: Connection) -> None:
    watermark.advance(connection, "a", START + HOUR)
    watermark.advance(connection, "b", START)
    silent_for_two_minutes(connection, "a")
    silent_for_two_minutes(connection, "b")
    assert watermark.current(connection) == START + HOUR


def test_the_tally_adds_up_over_batches_and_workers(connection: Connection) -> None:
    assert watermark.tally(connection) == Tally()
    one = Tally(received=5, stored=3, duplicates=1, dead_lettered=1, partial=1, readings=30)
    watermark.advance(connection, "a", START, one)
    watermark.advance(connection, "a", None, one)
    watermark.advance(connection, "b", START, Tally(received=1, stored=1, readings=2))
    total = watermark.tally(connection)
    assert total == one + one + Tally(received=1, stored=1, readings=2)
    assert total - one - one == Tally(received=1, stored=1, readings=2)
    assert total.received == total.stored + total.duplicates + total.dead_lettered


def test_a_worker_that_only_subscribed_is_known_to_be_there(connection: Connection) -> None:
    before = datetime(2020, 1, 1, tzinfo=UTC)
    watermark.advance(connection, "b", None)
    watermark.advance(connection, "a", START)
    assert watermark.workers(connection, before) == ["a", "b"]
    assert watermark.workers(connection, datetime(2200, 1, 1, tzinfo=UTC)) == []
