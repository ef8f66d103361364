"""A store that is away or slow for a while: messages wait on local disk, and are acknowledged.

While anything waits, new messages go behind it, so that order is kept. A spool that is full takes
nothing: the messages are not acknowledged, and the broker holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from devices.watermark import Tally
from ingest import spooled
from ingest.drain import RETRY_S, Drain
from ingest.sink import Sink, SinkAwayError
from ingest.source import Message
from ingest.spool import Spool, SpoolFullError
from runtime import metrics

PATIENCE_S = 2.0
"""A batch that is not stored by then goes to the spool: some batches later the broker would be
the buffer. A full one takes half a second."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Waiting:
    """What is on disk and not yet stored."""

    records: int
    size_bytes: int
    oldest_at: datetime | None
    """When the oldest of it arrived."""


class SpoolingSink:
    """`sink`, with `spool` before it for as long as it is away. Close it before both.

    `give_up` breaks off what the sink does in another thread, when we are to end.
    """

    def __init__(
        self,
        sink: Sink,
        spool: Spool,
        *,
        give_up: Callable[[], None] = lambda: None,
        patience_s: float = PATIENCE_S,
        retry_s: Sequence[float] = RETRY_S,
    ) -> None:
        self._spool, self._patience_s = spool, patience_s
        self._drain = Drain(sink, spool, give_up, retry_s)

    @property
    def degraded(self) -> bool:
        """Whether messages wait on disk, or the last try to store some failed."""
        return self._spool.records > 0 or self._drain.away

    def waiting(self) -> Waiting:
        """What waits now."""
        first = self._spool.first()
        oldest_at = spooled.unpacked(first).received_at if first is not None else None
        return Waiting(self._spool.records, self._spool.size_bytes, oldest_at)

    def store(self, batch: Sequence[Message]) -> Tally:
        """Store a batch, or put it on disk; what waits is counted when it is stored.

        Raises SinkAwayError, and keeps nothing, where neither is possible.
        """
        if self._spool.records:
            self._put_down(batch)
            self._drain.wake()
            return Tally()
        handed = self._drain.store(batch, self._patience_s)
        if handed.tally is None:
            self._put_down(batch)
            self._drain.spooled(handed)
        return Tally() if handed.spooled or handed.tally is None else handed.tally

    def catch_up(self) -> Tally:
        """What was stored of what waited, since the last time this was asked."""
        return self._drain.gained()

    def advance(self, event_at: datetime | None) -> None:
        """Note that this worker is there; while messages wait, time does not go on for it."""
        if event_at is None or not self.degraded:
            self._drain.note(event_at)

    def close(self) -> None:
        """End the thread that stores; what waits stays on disk."""
        self._drain.close()

    def _put_down(self, batch: Sequence[Message]) -> None:
        try:
            self._spool.append([spooled.packed(message) for message in batch])
        except (SpoolFullError, OSError) as error:
            raise SinkAwayError(
                f"the store is away, and the spool took nothing: {error}"
            ) from error
        metrics.MESSAGES_SPOOLED.inc(len(batch))
