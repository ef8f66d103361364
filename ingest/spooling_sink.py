"""A store that is away for a while: messages wait on local disk, in order, and are acknowledged.

While anything waits, new messages go behind it, so that order is kept. A spool that is full takes
nothing: the messages are not acknowledged, and the broker holds them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from devices.watermark import Tally
from ingest.sink import Sink, SinkAwayError
from ingest.source import Message
from ingest.spool import Spool, SpoolFullError

CHUNK_MESSAGES = 20_000
"""More than the ingester takes at once, so that what waits grows less under any load."""
RETRY_S = (0.5, 1.0, 2.0, 5.0)
"""Waits between looks whether the store is back; the last one again and again."""
_log = structlog.get_logger()


class SpoolingSink:
    """`sink`, with `spool` before it for as long as it is away."""

    def __init__(
        self, sink: Sink, spool: Spool, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._sink, self._spool, self._monotonic = sink, spool, monotonic
        self._failures = 0
        self._look_again_at = 0.0

    @property
    def degraded(self) -> bool:
        """Whether messages wait on disk."""
        return self._spool.records > 0

    def store(self, batch: Sequence[Message]) -> Tally:
        """Store a batch, or put it on disk; what waits is counted when it is stored.

        Raises SinkAwayError, and keeps nothing, where neither is possible.
        """
        if not self.degraded:
            try:
                return self._sink.store(batch)
            except SinkAwayError as error:
                self._put_off(error)
        try:
            self._spool.append([_packed(message) for message in batch])
        except (SpoolFullError, OSError) as error:
            raise SinkAwayError(
                f"the store is away, and the spool took nothing: {error}"
            ) from error
        return Tally()

    def catch_up(self) -> Tally:
        """Store the oldest of what waits, if the store is back."""
        if not self.degraded or self._monotonic() < self._look_again_at:
            return Tally()
        chunk = self._spool.oldest(CHUNK_MESSAGES)
        try:
            tally = self._sink.store([_unpacked(record) for record in chunk.records])
        except SinkAwayError as error:
            self._put_off(error)
            return Tally()
        self._spool.drop(chunk)
        self._failures = 0
        if self._spool.records == 0:
            _log.info("the spool is drained")
        return tally

    def advance(self, event_at: datetime | None) -> None:
        """Note that this worker is there; while messages wait, time does not go on for it."""
        if not self.degraded:
            self._sink.advance(event_at)

    def _put_off(self, error: SinkAwayError) -> None:
        pause_s = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        self._look_again_at = self._monotonic() + pause_s
        _log.warning(
            "the database is away, messages wait on disk",
            waiting=self._spool.records,
            look_again_in_s=pause_s,
            error=str(error),
        )


def _packed(message: Message) -> bytes:
    received_us = int(message.received_at.timestamp() * 1_000_000)
    return msgspec.msgpack.encode((message.topic, message.payload, received_us))


def _unpacked(record: bytes) -> Message:
    topic, payload, received_us = msgspec.msgpack.decode(record, type=tuple[str, bytes, int])
    return Message(topic, payload, datetime.fromtimestamp(received_us / 1_000_000, UTC))
