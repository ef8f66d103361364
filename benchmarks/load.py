"""A load generator: frames sent in bulk, as many under way as the window and the backlog allow."""

from __future__ import annotations

import select
import socket
import time
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

import numpy as np

from benchmarks import wire
from benchmarks.fleet import DIGITS, Frames

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


class Generator:
    """Sends each device's frame in turn, with the time of sending in it."""

    def __init__(self, port: int, frames: Frames, shared: Shared, backlog: int) -> None:
        self._socket = wire.connect(port, "bench-load")
        self._frames = frames
        self._shared = shared
        self._backlog = backlog
        self._sent = 0
        self._acknowledged_bytes = 0
        self._round_ms = 0

    def run(self) -> None:
        """Send until told that it is enough; then wait for the last acknowledgement."""
        while not self._shared.enough.is_set():
            if self._may_send():
                self._send()
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

    def _may_send(self) -> bool:
        return (
            self._sent - self._acknowledged <= WINDOW - BURST
            and self._sent - self._shared.taken.value <= self._backlog - BURST
        )

    def _send(self) -> None:
        devices = len(self._frames.bytes)
        first = self._sent % devices
        if first == 0:
            self._round_ms += 1
        count = min(BURST, devices - first)
        burst = self._frames.bytes[first : first + count].copy()
        numbers = np.arange(self._sent, self._sent + count) % PACKET_IDS + 1
        at = self._frames.packet_id_at
        burst[:, at : at + 2] = numbers.astype(">u2").view(np.uint8).reshape(-1, 2)
        # No device has one time twice: a round of all devices is at least a millisecond later.
        self._round_ms = max(self._round_ms, int(time.time() * 1000))
        at = self._frames.digits_at
        burst[:, at : at + DIGITS] = self._round_ms // _POWERS % 10 + ord("0")
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


def generate(port: int, frames: Frames, shared: Shared, backlog: int) -> None:
    """Run a generator; the body of its process."""
    Generator(port, frames, shared, backlog).run()


def consume(port: int, frames: Frames, shared: Shared) -> None:
    """Acknowledge everything at once: what the broker can do when nobody stores anything."""
    opened = wire.connect(port, "bench-consumer")
    wire.subscribe(opened, "appliances/+/telemetry")
    length, at = frames.bytes.shape[1], frames.packet_id_at
    rest = b""
    opened.settimeout(0.2)
    while not shared.enough.is_set():
        try:
            rest += opened.recv(1 << 20)
        except TimeoutError:
            continue
        whole = len(rest) // length
        arrived = np.frombuffer(rest, dtype=np.uint8, count=whole * length).reshape(whole, length)
        answers = np.empty((whole, PUBACK_BYTES), dtype=np.uint8)
        answers[:, 0], answers[:, 1] = 0x40, 2
        answers[:, 2:] = arrived[:, at : at + 2]
        opened.sendall(answers.tobytes())
        rest = rest[whole * length :]
        shared.taken.value += whole
    opened.close()


def wait_readable(port: int, timeout_s: float = 10.0) -> None:
    """Wait until a broker listens on a local port."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            select.select([], [], [], 0.05)
        else:
            return
