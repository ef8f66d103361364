"""Where messages go: the small shape that PostgreSQL has now and another store may have later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from devices.watermark import Tally
from ingest.source import Message


class SinkAwayError(Exception):
    """The store is out of reach for now: nothing of the batch is stored; try again later."""


class Sink(Protocol):
    """Keeps every message of a batch, as readings and events or as dead letters."""

    def store(self, batch: Sequence[Message]) -> Tally:
        """Store a batch durably; storing one again changes nothing. May raise SinkAwayError."""
        ...

    def catch_up(self) -> Tally:
        """Store some of what was put off, if anything was; called between two batches."""
        ...

    def advance(self, event_at: datetime | None) -> None:
        """Note that this worker is there and, with a time, that nothing before it is on its way."""
        ...
