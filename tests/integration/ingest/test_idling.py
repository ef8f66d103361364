"""When nothing comes, the watermark follows the clock: but only while we would hear it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from devices import watermark
from ingest.ingester import IDLE_NOTE_S, RETRY_S, Ingester
from ingest.sink import SinkAwayError
from ingest.source import Message
from storage import pool
from tests.integration.ingest.conftest import NOW, Door


class QuietSource:
    """A source to which nobody publishes."""

    def __init__(self, *waiting: Message) -> None:
        self.ready = True
        self.acknowledged: list[Message] = []
        self._waiting = list(waiting)

    def start(self) -> None:
        """There is nothing to connect to."""

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        del timeout_s
        taken, self._waiting = self._waiting[:limit], self._waiting[limit:]
        return taken

    def acknowledge(self, messages: Sequence[Message]) -> None:
        self.acknowledged += messages

    def close(self) -> None:
        """There is nothing to disconnect from."""


class Seconds:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def reached(door: Door) -> object:
    with door.pool.connection() as connection:
        return watermark.current(connection)


def idle_for(door: Door, source: QuietSource, seconds: Seconds, *, idle_after_s: float) -> None:
    ingester = Ingester(
        source, door.sink(), door.clock, idle_after_s=idle_after_s, monotonic=seconds
    )
    for _ in range(5):
        ingester.step()
        seconds.at += 10


def test_an_idle_worker_says_that_it_is_caught_up(door: Door, seconds: Seconds) -> None:
    idle_for(door, QuietSource(), seconds, idle_after_s=30)
    assert reached(door) == NOW


def test_a_worker_that_has_not_been_idle_for_long_says_nothing(
    door: Door, seconds: Seconds
) -> None:
    idle_for(door, QuietSource(), seconds, idle_after_s=60)
    assert reached(door) is None


def test_without_an_idle_time_the_watermark_follows_readings_alone(
    door: Door, seconds: Seconds
) -> None:
    idle_for(door, QuietSource(), seconds, idle_after_s=0)
    assert reached(door) is None


def test_a_worker_without_its_broker_is_not_caught_up(door: Door, seconds: Seconds) -> None:
    source = QuietSource()
    source.ready = False
    idle_for(door, source, seconds, idle_after_s=30)
    assert reached(door) is None


def test_idleness_is_noted_now_and_then_and_not_in_every_step(door: Door, seconds: Seconds) -> None:
    ingester = Ingester(QuietSource(), door.sink(), door.clock, idle_after_s=1, monotonic=seconds)
    seconds.at += 2
    ingester.step()
    door.clock.at += timedelta(hours=1)
    ingester.step()
    assert reached(door) == NOW
    seconds.at += IDLE_NOTE_S
    ingester.step()
    assert reached(door) == NOW + timedelta(hours=1)


def test_while_the_database_is_away_the_batch_is_kept_and_the_pauses_grow(
    door: Door, database_url: str
) -> None:
    message = Message("nowhere", b"{}", NOW)
    source = QuietSource(message)
    sink = door.sink()
    sink._pool = pool.open_pool(database_url)
    sink._pool.close()
    ingester = Ingester(source, sink, door.clock, idle_after_s=0)
    ingester._announced = True
    assert [ingester.step() for _ in range(8)] == [*RETRY_S, RETRY_S[-1], RETRY_S[-1]]
    assert source.acknowledged == []
    with pytest.raises(SinkAwayError):
        sink.advance(None)
    sink._pool = door.pool
    assert ingester.step() == 0
    assert source.acknowledged == [message]
    assert ingester.tally.received == 1
