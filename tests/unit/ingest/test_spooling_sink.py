from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devices.watermark import Tally
from ingest.sink import SinkAwayError
from ingest.source import Message
from ingest.spool import Spool
from ingest.spooling_sink import RETRY_S, SpoolingSink

AT = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


@dataclass
class Shelf:
    """A store in memory that can be away; another implementation of the small `Sink` shape."""

    away: bool = False
    held: list[bytes] = field(default_factory=list)
    reached: datetime | None = None

    def store(self, batch: Sequence[Message]) -> Tally:
        if self.away:
            raise SinkAwayError("out to lunch")
        self.held += [message.payload for message in batch]
        return Tally(received=len(batch), stored=len(batch))

    def catch_up(self) -> Tally:
        return Tally()

    def advance(self, event_at: datetime | None) -> None:
        self.reached = event_at


@dataclass
class World:
    """A spooling sink whose time is set by hand."""

    folder: Path
    most_bytes: int = 10_000
    shelf: Shelf = field(default_factory=Shelf)
    now: float = 0.0

    def sink(self) -> SpoolingSink:
        spool = Spool(self.folder, self.most_bytes)
        return SpoolingSink(self.shelf, spool, monotonic=lambda: self.now)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _messages(*numbers: int) -> list[Message]:
    return [Message(f"appliances/D{n}/telemetry", b"%d" % n, AT) for n in numbers]


def test_a_store_that_is_there_is_used_at_once(world: World) -> None:
    sink = world.sink()
    assert sink.store(_messages(1, 2)) == Tally(received=2, stored=2)
    assert world.shelf.held == [b"1", b"2"]
    assert not sink.degraded


def test_what_comes_while_the_store_is_away_is_kept_and_counted_once_it_is_stored(
    world: World,
) -> None:
    sink = world.sink()
    world.shelf.away = True
    assert sink.store(_messages(1)) == Tally()
    assert sink.store(_messages(2)) == Tally()
    assert sink.degraded
    world.shelf.away = False
    world.now = 100.0
    assert sink.catch_up() == Tally(received=2, stored=2)
    assert world.shelf.held == [b"1", b"2"]
    assert not sink.degraded


def test_new_messages_go_behind_those_that_wait_even_when_the_store_is_back(world: World) -> None:
    sink = world.sink()
    world.shelf.away = True
    sink.store(_messages(1))
    world.shelf.away = False
    assert sink.store(_messages(2)) == Tally()
    assert world.shelf.held == []
    world.now = 100.0
    sink.catch_up()
    assert world.shelf.held == [b"1", b"2"]
    sink.store(_messages(3))
    assert world.shelf.held == [b"1", b"2", b"3"]


def test_a_store_that_is_away_is_left_in_peace_for_a_while(world: World) -> None:
    sink = world.sink()
    world.shelf.away = True
    sink.store(_messages(1))
    world.shelf.away = False
    world.now = RETRY_S[0] / 2
    assert sink.catch_up() == Tally()
    world.now = RETRY_S[0]
    assert sink.catch_up().stored == 1


def test_a_restart_finds_what_waits_with_topic_payload_and_time_of_arrival(world: World) -> None:
    world.shelf.away = True
    sent = [Message("appliances/\\xff/telemetry", b"\x00\xff{", AT)]
    world.sink().store(sent)
    seen: list[Message] = []

    class Keeper(Shelf):
        def store(self, batch: Sequence[Message]) -> Tally:
            seen.extend(batch)
            return super().store(batch)

    world.shelf = Keeper()
    world.sink().catch_up()
    assert seen == sent


def test_a_full_spool_acknowledges_nothing_and_loses_nothing(world: World) -> None:
    world.most_bytes = 60
    sink = world.sink()
    world.shelf.away = True
    sink.store(_messages(1))
    with pytest.raises(SinkAwayError, match="the spool took nothing"):
        sink.store(_messages(2, 3, 4))
    world.shelf.away, world.now = False, 100.0
    sink.catch_up()
    assert world.shelf.held == [b"1"]


def test_time_does_not_go_on_while_messages_wait(world: World) -> None:
    sink = world.sink()
    world.shelf.away = True
    sink.store(_messages(1))
    sink.advance(AT)
    assert world.shelf.reached is None
    world.shelf.away, world.now = False, 100.0
    sink.catch_up()
    sink.advance(AT)
    assert world.shelf.reached == AT
