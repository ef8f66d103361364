"""The ingest loop: take what has arrived, store it, acknowledge it.

One step does one batch. Nothing is acknowledged that is not committed, or safe in the spool while
the database is away. A sink that takes nothing has its batch kept and tried again; the inbox
fills, and the broker holds the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from devices.watermark import Tally
from ingest.sink import Sink, SinkAwayError
from ingest.source import Message, Source
from runtime.clock import Clock
from runtime.stopping import Stop

BATCH_MESSAGES = 16_000
"""Under load a batch is as large as what arrived during the last one: what is written once for
each device and batch then weighs less."""
BATCH_S = 0.1
RETRY_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits between tries while the database is away; the last one again and again."""
IDLE_NOTE_S = 5.0
"""How often an idle worker says that it is caught up; it must be within a minute."""
_log = structlog.get_logger()


class Ingester:
    """Moves messages from a source to a sink, and counts them."""

    def __init__(
        self,
        source: Source,
        sink: Sink,
        clock: Clock,
        *,
        idle_after_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._sink = sink
        self._clock = clock
        self._idle_after_s = idle_after_s
        self._monotonic = monotonic
        self._in_hand: list[Message] = []
        self._failures = 0
        self._complaint: str | None = None
        self._announced = False
        self._quiet_since = monotonic()
        self._noted_at = -IDLE_NOTE_S
        self.tally = Tally()
        self.acknowledged = 0
        """Messages that are safe, be it stored or on disk; what waits there is not in `tally`."""

    @property
    def complaint(self) -> str | None:
        """Why the last step could neither store nor spool; None where it could."""
        return self._complaint

    def run(self, stop: Stop) -> None:
        """Step until asked to stop; the step in hand is finished."""
        while not stop.is_set():
            pause_s = self.step()
            if pause_s:
                stop.wait(pause_s)

    def step(self) -> float:
        """Store and acknowledge one batch; return for how long to wait before the next step."""
        try:
            self._announce()
            self._in_hand = self._in_hand or self._source.take(BATCH_MESSAGES, BATCH_S)
            if self._in_hand:
                self._store()
            else:
                self._note_idleness()
            self.tally += self._sink.catch_up()
        except SinkAwayError as error:
            return self._pause(error)
        self._failures, self._complaint = 0, None
        return 0.0

    def _store(self) -> None:
        self.tally += self._sink.store(self._in_hand)
        self._source.acknowledge(self._in_hand)
        self.acknowledged += len(self._in_hand)
        self._in_hand = []
        self._quiet_since = self._monotonic()

    def _announce(self) -> None:
        """Once subscribed, let others see that messages published from now on will arrive."""
        if not self._announced and self._source.ready:
            self._sink.advance(None)
            self._announced = True
            _log.info("ingest is ready")

    def _note_idleness(self) -> None:
        """When nothing has come for a while, nothing is on its way: silence may be judged."""
        now = self._monotonic()
        if not self._source.ready:
            self._quiet_since = now
        if (
            self._idle_after_s > 0
            and now - self._quiet_since >= self._idle_after_s
            and now - self._noted_at >= IDLE_NOTE_S
        ):
            self._sink.advance(self._clock.now())
            self._noted_at = now

    def _pause(self, error: SinkAwayError) -> float:
        pause_s = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        self._complaint = str(error)
        _log.warning(
            "nothing is stored or acknowledged, trying again", in_s=pause_s, error=str(error)
        )
        return pause_s
