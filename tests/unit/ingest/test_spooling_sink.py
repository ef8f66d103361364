from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.watermark import Tally
from ingest import spooled
from ingest.drain import CHUNK_MESSAGES, LEAST_MESSAGES
from ingest.sink import SinkAwayError
from ingest.source import Message
from ingest.spool import Spool
from ingest.spooling_sink import SpoolingSink

AT = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
DEADLINE_S = 60.0
SOON = (0.001,)
"""Waits between tries that no test notices."""


@dataclass
class Shelf:
    """A store in memory that can be away or busy; another of the small `Sink` shape."""

    away: bool = False
    held: list[bytes] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    reached: list[datetime | None] = field(default_factory=list)
    most: int = CHUNK_MESSAGES
    """What it manages in time."""
    error: Exception | None = None
    free: threading.Event = field(default_factory=threading.Event)
    tries: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.free.set()

    def store(self, batch: Sequence[Message]) -> Tally:
        with self.changed:
            self.tries += 1
            self.changed.notify_all()
        assert self.free.wait(DEADLINE_S)
        if self.error is not None:
            raise self.error
        if self.away or len(batch) > self.most:
            raise SinkAwayError("out to lunch")
        with self.changed:
            self.held += [message.payload for message in batch]
            self.batches.append(len(batch))
            self.changed.notify_all()
        return Tally(received=len(batch), stored=len(batch))

    def catch_up(self) -> Tally:
        return Tally()

    def advance(self, event_at: datetime | None) -> None:
        if self.away:
            raise SinkAwayError("out to lunch")
        with self.changed:
            self.reached.append(event_at)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, DEADLINE_S)


@dataclass
class World:
    """Spooling sinks on one folder and one shelf."""

    folder: Path
    most_bytes: int = 100_000_000
    patience_s: float = DEADLINE_S
    shelf: Shelf = field(default_factory=Shelf)

    @contextmanager
    def sink(self) -> Iterator[SpoolingSink]:
        with Spool(self.folder, self.most_bytes) as spool:
            made = SpoolingSink(
                self.shelf,
                spool,
                give_up=self.shelf.free.set,
                patience_s=self.patience_s,
                retry_s=SOON,
            )
            try:
                yield made
            finally:
                made.close()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _messages(*numbers: int) -> list[Message]:
    return [Message(f"appliances/D{n}/telemetry", b"%d" % n, AT) for n in numbers]


def _drained(sink: SpoolingSink) -> Tally:
    """All that was stored from the spool, once nothing waits there."""
    pause, tally = threading.Event(), Tally()
    for _ in range(60_000):
        tally += sink.catch_up()
        if not sink.degraded:
            return tally + sink.catch_up()
        pause.wait(0.001)
    raise AssertionError(sink.waiting())


def test_a_store_that_is_there_is_used_at_once(world: World) -> None:
    with world.sink() as sink:
        assert sink.store(_messages(1, 2)) == Tally(received=2, stored=2)
        assert world.shelf.held == [b"1", b"2"]
        assert not sink.degraded


def test_what_comes_while_the_store_is_away_is_kept_and_counted_once_it_is_stored(
    world: World,
) -> None:
    world.shelf.away = True
    with world.sink() as sink:
        assert sink.store(_messages(1)) == Tally()
        assert sink.store(_messages(2)) == Tally()
        assert sink.degraded
        assert sink.waiting().records == 2
        assert sink.waiting().oldest_at == AT
        world.shelf.away = False
        assert _drained(sink) == Tally(received=2, stored=2)
        assert world.shelf.held == [b"1", b"2"]


def test_new_messages_go_behind_those_that_wait_and_none_comes_twice(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    tally = Tally()
    with world.sink() as sink:
        for number in range(300):
            if number == 150:
                shelf.away = False
            tally += sink.store(_messages(number))
        tally += _drained(sink)
        tally += sink.store(_messages(300))
    assert shelf.held == [b"%d" % number for number in range(301)]
    assert tally == Tally(received=301, stored=301)


def test_order_holds_through_any_number_of_times_away(world: World) -> None:
    shelf, number = world.shelf, 0
    with world.sink() as sink:
        for _ in range(20):
            shelf.away = not shelf.away
            for _ in range(10):
                sink.store(_messages(number, number + 1))
                number += 2
        shelf.away = False
        _drained(sink)
    assert shelf.held == [b"%d" % each for each in range(number)]


def test_a_store_that_does_not_answer_holds_nobody_up(world: World) -> None:
    world.patience_s = 0.01
    shelf = world.shelf
    shelf.free.clear()
    with world.sink() as sink:
        assert sink.store(_messages(1)) == Tally()
        assert sink.store(_messages(2)) == Tally()
        assert sink.waiting().records == 2
        assert shelf.held == []
        shelf.free.set()
        assert _drained(sink) == Tally(received=2, stored=2)
        assert shelf.held == [b"1", b"2"]


def test_a_batch_that_took_long_and_failed_is_stored_from_the_spool(world: World) -> None:
    world.patience_s = 0.01
    shelf = world.shelf
    shelf.free.clear()
    with world.sink() as sink:
        sink.store(_messages(1))
        shelf.away = True
        shelf.free.set()
        shelf.wait_for(lambda: shelf.tries >= 2)
        shelf.away = False
        assert _drained(sink) == Tally(received=1, stored=1)
    assert shelf.held == [b"1"]


def test_a_slow_store_is_given_less_at_once_until_it_manages(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    number = 5 * LEAST_MESSAGES
    with world.sink() as sink:
        sink.store(_messages(*range(number)))
        shelf.most = LEAST_MESSAGES
        shelf.away = False
        assert _drained(sink).stored == number
    assert max(shelf.batches) == LEAST_MESSAGES
    assert shelf.held == [b"%d" % each for each in range(number)]


def test_a_restart_finds_what_waits_with_topic_payload_and_time_of_arrival(world: World) -> None:
    world.shelf.away = True
    sent = [Message("appliances/\\xff/telemetry", b"\x00\xff{", AT, 17)]
    with world.sink() as sink:
        sink.store(sent)
    seen: list[Message] = []

    class Keeper(Shelf):
        def store(self, batch: Sequence[Message]) -> Tally:
            seen.extend(batch)
            return super().store(batch)

    world.shelf = Keeper()
    with world.sink() as sink:
        _drained(sink)
    assert seen == [Message(sent[0].topic, sent[0].payload, AT)]


def test_a_spool_at_its_bound_acknowledges_nothing_more_and_loses_nothing(world: World) -> None:
    world.most_bytes = 150
    shelf = world.shelf
    shelf.away = True
    late = _messages(2, 3, 4)
    with world.sink() as sink:
        sink.store(_messages(1))
        for _ in range(3):
            with pytest.raises(SinkAwayError, match="the spool took nothing"):
                sink.store(late)
        assert sink.waiting().records == 1
        shelf.away = False
        assert _drained(sink).stored == 1
        assert sink.store(late).stored == 3
    assert shelf.held == [b"1", b"2", b"3", b"4"]


def test_a_batch_that_neither_store_nor_spool_took_in_time_is_stored_once(world: World) -> None:
    world.patience_s, world.most_bytes = 0.01, 10
    shelf = world.shelf
    shelf.free.clear()
    batch = _messages(1)
    with world.sink() as sink:
        for _ in range(2):
            with pytest.raises(SinkAwayError):
                sink.store(batch)
        shelf.free.set()
        shelf.wait_for(lambda: shelf.held == [b"1"])
        sink._patience_s = DEADLINE_S
        assert sink.store(batch) == Tally(received=1, stored=1)
    assert (shelf.held, shelf.tries) == ([b"1"], 1)


def test_time_does_not_go_on_while_messages_wait(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    with world.sink() as sink:
        sink.store(_messages(1))
        sink.advance(AT)
        shelf.away = False
        _drained(sink)
        sink.advance(None)
        shelf.wait_for(lambda: shelf.reached == [None])
        sink.advance(AT)
        shelf.wait_for(lambda: shelf.reached == [None, AT])


def test_that_a_worker_is_there_is_told_as_soon_as_the_store_is(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    with world.sink() as sink:
        sink.advance(None)
        sink.store(_messages(1))
        shelf.away = False
        shelf.wait_for(lambda: shelf.reached == [None])
        _drained(sink)


def test_an_error_that_nobody_expects_comes_to_the_one_who_stores(world: World) -> None:
    world.shelf.error = ZeroDivisionError("a mistake of ours")
    with world.sink() as sink, pytest.raises(ZeroDivisionError, match="a mistake of ours"):
        sink.store(_messages(1))


def test_an_error_while_draining_comes_to_the_one_who_looks(world: World) -> None:
    shelf = world.shelf
    shelf.away = True
    with world.sink() as sink:
        sink.store(_messages(1))
        shelf.error = ZeroDivisionError("a mistake of ours")
        with pytest.raises(ZeroDivisionError, match="a mistake of ours"):
            _drained(sink)
    with Spool(world.folder, world.most_bytes) as spool:
        assert spool.records == 1


def test_a_worker_that_ends_leaves_a_store_that_does_not_answer(world: World) -> None:
    world.patience_s = 0.01
    shelf = world.shelf
    shelf.free.clear()
    with world.sink() as sink:
        sink.store(_messages(1))
    assert shelf.free.is_set()
    with Spool(world.folder, world.most_bytes) as spool:
        assert spool.records in {0, 1}
        assert len(shelf.held) + spool.records in {1, 2}


def test_a_record_holds_a_message() -> None:
    message = Message("a/ü", b"\x00\xff", AT)
    assert spooled.unpacked(spooled.packed(message)) == message
