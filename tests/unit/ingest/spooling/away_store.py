"""A store in memory that can be away or busy, and sinks that spool before it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from devices.watermark import Tally
from ingest.drain import CHUNK_MESSAGES
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


def messages(*numbers: int) -> list[Message]:
    return [Message(f"appliances/D{n}/telemetry", b"%d" % n, AT) for n in numbers]


def drained(sink: SpoolingSink) -> Tally:
    """All that was stored from the spool, once nothing waits there."""
    pause, tally = threading.Event(), Tally()
    for _ in range(60_000):
        tally += sink.catch_up()
        if not sink.degraded:
            return tally + sink.catch_up()
        pause.wait(0.001)
    raise AssertionError(sink.waiting())
