"""A load generator: frames sent in bulk, as many under way as window, backlog and rate allow."""

from __future__ import annotations

import multiprocessing
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

import numpy as np

from benchmarks import wire
from benchmarks.fleet import DIGITS, Frames
from runtime.stopping import Stop

SPAWNING = multiprocessing.get_context("spawn")
BURST = 500
WINDOW = 8000
"""Messages sent and not yet acknowledged by the broker."""
PUBACK_BYTES = 4
PACKET_IDS = 65_535
PAUSE_S = 0.004
_POWERS = 10 ** np.arange(DIGITS - 1, -1, -1, dtype=np.int64)


@dataclass(frozen=True)
class Shared:
    """What the generator and the one who measures tell each other."""

    sent: Synchronized[int]
    acknowledged: Synchronized[int]
    taken: Synchronized[int]
    """Messages that came out at the other end."""
    enough: Event


@dataclass(frozen=True)
class Pace:
    """How much a generator may send."""

    backlog: int
    """Messages sent and not come out at the other end yet, at most."""
    per_s: float | None = None
    """Messages a second; None for as many as go through."""


class Generator:
    """Sends each device's frame in turn, with the time of sending in it."""

    def __init__(self, port: int, frames: Frames, shared: Shared, pace: Pace) -> None:
        self._socket = wire.connect(port, "bench-load")
        self._frames = frames
        self._shared = shared
        self._pace = pace
        self._started = time.monotonic()
        self._sent = 0
        self._acknowledged_bytes = 0
        self._round_ms = 0

    def run(self) -> None:
        """Send until told that it is enough; then wait for the last acknowledgement."""
        while not self._shared.enough.is_set():
            if count := self._may_send():
                self._send(count)
            else:
                # The broker acknowledges one by one: to read each at once would cost more than it.
                select.select([], [], [], PAUSE_S)
                self._read(0.0)
        while self._acknowledged < self._sent:
            self._read(1.0)
        self._socket.close()

    @property
    def _acknowledged(self) -> int:
        return self._acknowledged_bytes // PUBACK_BYTES

    def _may_send(self) -> int:
        if (
            self._sent - self._acknowledged > WINDOW - BURST
            or self._sent - self._shared.taken.value > self._pace.backlog - BURST
        ):
            return 0
        devices = len(self._frames.bytes)
        return min(BURST, self._due(), devices - self._sent % devices)

    def _due(self) -> int:
        if self._pace.per_s is None:
            return BURST
        return int((time.monotonic() - self._started) * self._pace.per_s) - self._sent

    def _send(self, count: int) -> None:
        first = self._sent % len(self._frames.bytes)
        if first == 0:
            self._round_ms += 1
        burst = self._frames.bytes[first : first + count].copy()
        numbers = np.arange(self._sent, self._sent + count) % PACKET_IDS + 1
        at = self._frames.packet_id_at
        burst[:, at : at + 2] = numbers.astype(">u2").view(np.uint8).reshape(-1, 2)
        # No device has one time twice: a round of all devices is at least a millisecond later.
        self._round_ms = max(self._round_ms, int(time.time() * 1000))
        burst[:, self._frames.digits_at] = self._round_ms // _POWERS % 10 + ord("0")
        self._socket.sendall(burst.tobytes())
        self._sent += count
        self._shared.sent.value = self._sent

    def _read(self, wait_s: float) -> None:
        if select.select([self._socket], [], [], wait_s)[0]:
            told = self._socket.recv(1 << 18)
            if not told:
                raise ConnectionError("the broker closed the load generator's connection")
            self._acknowledged_bytes += len(told)
            self._shared.acknowledged.value = self._acknowledged


@contextmanager
def running(port: int, frames: Frames, shared: Shared, pace: Pace) -> Iterator[SpawnProcess]:
    """Run a generator in a process of its own; it has begun, and ends with the last answer."""
    generator = SPAWNING.Process(
        target=_generate, args=(port, frames, shared, pace), name="bench-load", daemon=True
    )
    generator.start()
    try:
        while shared.sent.value == 0 and generator.is_alive():
            Stop().wait(PAUSE_S)
        yield generator
    finally:
        shared.enough.set()
        generator.join()


def counters() -> Shared:
    """Fresh counters for a generator."""
    sent, acknowledged, taken = (SPAWNING.Value("q", 0) for _ in range(3))
    return Shared(sent, acknowledged, taken, SPAWNING.Event())


def _generate(port: int, frames: Frames, shared: Shared, pace: Pace) -> None:
    Generator(port, frames, shared, pace).run()
