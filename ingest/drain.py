"""The thread that talks to the store, so that one which does not answer holds nobody up.

It stores the batch that it is handed, or what waits in the spool, the oldest first. It is handed a
batch only while nothing waits, so what arrived first is stored first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from devices.watermark import Tally
from ingest import spooled
from ingest.sink import Sink, SinkAwayError
from ingest.source import Message
from ingest.spool import Chunk, Spool

CHUNK_MESSAGES = 20_000
LEAST_MESSAGES = 250
"""After a failure half as many are tried, down to this: a slow store may manage fewer in time."""
RETRY_S = (0.5, 1.0, 2.0, 5.0)
"""Waits between tries while the store is away; the last one again and again."""
FINISH_S = 3.0
"""So long may the last try take once we are asked to end; then it is broken off."""
_log = structlog.get_logger()


@dataclass
class Handed:
    """A batch on its way to the store, kept by its owner until it is stored or in the spool."""

    batch: Sequence[Message]
    done: bool = False
    spooled: bool = False
    tally: Tally | None = None
    """What became of it, once it is stored."""
    error: SinkAwayError | None = None


@dataclass(frozen=True)
class Note:
    """That this worker is there and, with a time, that nothing before it is on its way."""

    event_at: datetime | None


class Drain:
    """Brings batches, and what waits in `spool`, to `sink` in a thread of its own."""

    def __init__(
        self, sink: Sink, spool: Spool, give_up: Callable[[], None], retry_s: Sequence[float]
    ) -> None:
        self._sink, self._spool, self._give_up, self._retry_s = sink, spool, give_up, retry_s
        self._changed = threading.Condition()
        self._handed: Handed | None = None
        self._note: Note | None = None
        self._gained = Tally()
        self._chunk = CHUNK_MESSAGES
        self._failures = 0
        self._look_again_at = 0.0
        self._closed = self._abandoned = False
        self._broken: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="drain", daemon=True)
        self._thread.start()

    @property
    def away(self) -> bool:
        """Whether the last try to reach the store failed."""
        return self._failures > 0

    def store(self, batch: Sequence[Message], patience_s: float) -> Handed:
        """Hand a batch over and wait until it is done, at most so long; the same one may return."""
        with self._changed:
            if self._handed is None or self._handed.batch is not batch:
                self._handed = Handed(batch)
                self._changed.notify_all()
            handed = self._handed
            self._changed.wait_for(lambda: handed.done or self._broken, patience_s)
            self._raise_if_broken()
            if handed.done:
                self._handed = None
            return handed

    def spooled(self, handed: Handed) -> None:
        """Say that the batch is in the spool by now: its owner does not wait for it any more."""
        with self._changed:
            handed.spooled = True
            if self._handed is handed and handed.done:
                self._settle(handed)
            self._changed.notify_all()

    def note(self, event_at: datetime | None) -> None:
        """Tell the store that we are there, as soon as it hears us."""
        with self._changed:
            self._note = Note(event_at)
            self._changed.notify_all()

    def wake(self) -> None:
        """Say that something was put into the spool."""
        with self._changed:
            self._raise_if_broken()
            self._changed.notify_all()

    def gained(self) -> Tally:
        """What was stored from the spool since the last time this was asked."""
        with self._changed:
            self._raise_if_broken()
            gained, self._gained = self._gained, Tally()
            return gained

    def close(self) -> None:
        """End; what waits stays in the spool. Lets `give_up` break off what takes too long."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(FINISH_S)
        if self._thread.is_alive():
            self._give_up()
            self._thread.join(FINISH_S)
        self._abandoned = self._thread.is_alive()

    def _run(self) -> None:
        try:
            while work := self._next():
                self._do(work)
        except BaseException as error:  # noqa: BLE001 - the thread that owns us raises it
            with self._changed:
                self._broken = error
                self._changed.notify_all()

    def _next(self) -> Handed | Note | Spool | None:
        """What to do now; waits for it. None once we are closed."""
        with self._changed:
            while not self._closed:
                pause_s = self._look_again_at - time.monotonic()
                if self._handed and not self._handed.done:
                    return self._handed
                if pause_s <= 0 and self._note:
                    return self._note
                if pause_s <= 0 and self._spool.records and not self._handed:
                    return self._spool
                self._changed.wait(pause_s if pause_s > 0 else None)
            return None

    def _do(self, work: Handed | Note | Spool) -> None:
        match work:
            case Handed():
                self._store(work)
            case Note():
                self._tell(work)
            case Spool():
                self._drain()

    def _store(self, handed: Handed) -> None:
        try:
            handed.tally = self._sink.store(handed.batch)
            self._failures = 0
        except SinkAwayError as error:
            handed.error = error
            self._put_off(error)
        with self._changed:
            handed.done = True
            if handed.spooled:
                self._settle(handed)
            self._changed.notify_all()

    def _settle(self, handed: Handed) -> None:
        """Forget a batch that stands in the spool: there too if it was stored after all."""
        self._handed = None
        if handed.tally is not None:
            self._forget(self._spool.oldest(len(handed.batch)), handed.tally)

    def _drain(self) -> None:
        chunk = self._spool.oldest(self._chunk)
        try:
            tally = self._sink.store([spooled.unpacked(record) for record in chunk.records])
        except SinkAwayError as error:
            self._chunk = max(LEAST_MESSAGES, len(chunk.records) // 2)
            self._put_off(error)
            return
        self._chunk = min(CHUNK_MESSAGES, 2 * self._chunk)
        self._failures = 0
        with self._changed:
            self._forget(chunk, tally)
        if self._spool.records == 0:
            _log.info("the spool is drained")

    def _forget(self, chunk: Chunk, tally: Tally) -> None:
        """What is stored goes; not once the folder may be somebody else's."""
        if not self._abandoned:
            self._spool.drop(chunk)
            self._gained += tally

    def _tell(self, note: Note) -> None:
        try:
            self._sink.advance(note.event_at)
            self._failures = 0
        except SinkAwayError as error:
            self._put_off(error)
            if note.event_at is None:
                return
        with self._changed:
            if self._note is note:
                self._note = None

    def _put_off(self, error: SinkAwayError) -> None:
        pause_s = self._retry_s[min(self._failures, len(self._retry_s) - 1)]
        self._failures += 1
        self._look_again_at = time.monotonic() + pause_s
        _log.warning(
            "the database is away, messages wait on disk",
            waiting=self._spool.records,
            look_again_in_s=pause_s,
            error=str(error),
        )

    def _raise_if_broken(self) -> None:
        if self._broken is not None:
            raise self._broken
