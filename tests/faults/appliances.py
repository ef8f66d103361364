"""Appliances that send numbered messages, and again until they are acknowledged, as MQTT has it."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from devices.catalogue.folder import Catalogue

WINDOW = 2000
"""Messages sent and not yet acknowledged."""
BURST = 100
PACKET_IDS = 65_535
FIRST_MS = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
PAYLOAD_BYTES = 180
ROUND_MS = 1000
"""From one message of a device to its next, in the time that they tell."""
PATIENCE_S = 60.0
CONNECT_FLAGS_KEEP_SESSION = 0
CONNACK_BYTES = PUBACK_BYTES = 4


@dataclass(frozen=True)
class Appliance:
    """One device: its messages differ in their time alone."""

    serial: str
    type: str
    metric: str
    value: float

    def message(self, round_number: int) -> tuple[bytes, bytes]:
        """Topic and payload of its message of a round."""
        millis = FIRST_MS + round_number * ROUND_MS
        payload = f'{{"ts":{millis},"values":{{"{self.metric}":{self.value:g}}}}}'
        # White space behind a payload is JSON too: as long as the messages of a real appliance.
        return f"appliances/{self.serial}/telemetry".encode(), payload.ljust(PAYLOAD_BYTES).encode()


def fleet(catalogue: Catalogue, number: int) -> list[Appliance]:
    """So many appliances, the types in turn; each reports the first metric with a usual range."""
    types = sorted(catalogue)
    made = []
    for place in range(number):
        described = catalogue[types[place % len(types)]]
        usual = {name: each.usual for name, each in described.metrics.items() if each.usual}
        metric, between = next(iter(usual.items()))
        made.append(Appliance(f"F{place:05d}", described.type, metric, between.low))
    return made


class Sender(threading.Thread):
    """One connection for several appliances; message `n` is that of appliance `n % len`."""

    def __init__(
        self,
        name: str,
        broker: tuple[str, int],
        appliances: Sequence[Appliance],
        per_second: float,
        may_send: Callable[[], bool],
    ) -> None:
        super().__init__(name=name)
        self.appliances = appliances
        self.acknowledged = bytearray()
        """A byte for each message that was sent, 1 once the broker has acknowledged it."""
        self.resent = 0
        self._broker, self._per_second, self._may_send = broker, per_second, may_send
        self._first = 0
        """Every message before this one is acknowledged."""
        self._enough, self._given_up = threading.Event(), threading.Event()
        self._read = b""

    @property
    def complete_rounds(self) -> int:
        """So many messages of each appliance are acknowledged without a gap."""
        return self._first // len(self.appliances)

    @property
    def rounds(self) -> int:
        """So many messages of the appliance that is ahead of the others are acknowledged."""
        return -(-self._first // len(self.appliances))

    def finish(self) -> None:
        """Send nothing new, and end when everything is acknowledged."""
        self._enough.set()

    def give_up(self) -> None:
        """End at once, whatever is acknowledged."""
        self._given_up.set()

    def run(self) -> None:
        pause = threading.Event()
        while not self._is_done():
            try:
                with closing(self._connected()) as opened:
                    self._send(opened, range(self._first, len(self.acknowledged)), again=True)
                    self._flow(opened)
            except OSError:
                pause.wait(0.05)

    def _is_done(self) -> bool:
        answered = self._enough.is_set() and self._first == len(self.acknowledged)
        return answered or self._given_up.is_set()

    def _connected(self) -> socket.socket:
        opened = socket.create_connection(self._broker, PATIENCE_S)
        try:
            self._introduce(opened)
        except BaseException:
            opened.close()
            raise
        self._read = b""
        return opened

    def _introduce(self, opened: socket.socket) -> None:
        name = self.name.encode()
        flags = bytes([CONNECT_FLAGS_KEEP_SESSION])
        body = b"\0\4MQTT\4" + flags + b"\0\0" + len(name).to_bytes(2, "big") + name
        opened.sendall(bytes([0x10, len(body)]) + body)
        answer = opened.recv(CONNACK_BYTES, socket.MSG_WAITALL)
        if answer[:1] != b"\x20" or answer[-1:] != b"\0":
            raise ConnectionError(f"the broker answered {answer!r}")

    def _flow(self, opened: socket.socket) -> None:
        earlier = time.monotonic()
        owed = 0.0
        while not self._is_done():
            now = time.monotonic()
            # What could not be sent in its time is not caught up with in one go.
            owed = min(owed + (now - earlier) * self._per_second, 2 * BURST)
            earlier = now
            sent = len(self.acknowledged)
            room = WINDOW - (sent - self._first)
            if owed >= BURST and room >= BURST and not self._enough.is_set() and self._may_send():
                self.acknowledged += bytes(BURST)
                self._send(opened, range(sent, sent + BURST))
                owed -= BURST
            self._take_answers(opened, 0.01)

    def _send(self, opened: socket.socket, numbers: range, *, again: bool = False) -> None:
        wanted = [number for number in numbers if not self.acknowledged[number]]
        self.resent += len(wanted) if again else 0
        opened.sendall(b"".join([self._frame(number, again=again) for number in wanted]))

    def _frame(self, number: int, *, again: bool) -> bytes:
        round_number, place = divmod(number, len(self.appliances))
        topic, payload = self.appliances[place].message(round_number)
        packet_id = number % PACKET_IDS + 1
        body = len(topic).to_bytes(2, "big") + topic + packet_id.to_bytes(2, "big") + payload
        head = 0x3A if again else 0x32
        # No body is longer than two bytes of length can say.
        return bytes([head, len(body) & 0x7F | 0x80, len(body) >> 7]) + body

    def _take_answers(self, opened: socket.socket, wait_s: float) -> None:
        if not select.select([opened], [], [], wait_s)[0]:
            return
        told = opened.recv(1 << 16)
        if not told:
            raise ConnectionError("the broker closed the connection")
        self._read += told
        whole = len(self._read) // PUBACK_BYTES * PUBACK_BYTES
        for at in range(0, whole, PUBACK_BYTES):
            self._note(self._read[at : at + PUBACK_BYTES])
        self._read = self._read[whole:]
        while self._first < len(self.acknowledged) and self.acknowledged[self._first]:
            self._first += 1

    def _note(self, answer: bytes) -> None:
        assert answer[:2] == b"\x40\x02", answer
        packet_id = int.from_bytes(answer[2:], "big")
        # Fewer messages are under way than there are ids: each id means one of them.
        self.acknowledged[self._first + (packet_id - 1 - self._first) % PACKET_IDS] = 1
