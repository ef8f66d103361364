"""A paho client that reads its socket in bulk, and leaves every rare packet to paho.

paho reads a byte at a time and takes locks for each message, at some 30 µs of CPU. Here PUBLISH is
cut from large reads, and acknowledgements leave in one write. The private names of paho that this
rests on are held by tests/unit/ingest/test_bulk_client.py against the pinned version.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode

from ingest import frames
from ingest.frames import MalformedFrameError
from ingest.source import Message
from runtime import broker
from runtime.broker import BrokerAddress
from runtime.clock import Clock

READ_BYTES = 256 * 1024
ROOM_S = 0.5
"""How long one look waits for room: the keep-alive of a session must go on meanwhile."""
GATHER_S = 0.005
"""The broker writes message by message; a short wait after a small read makes the next larger."""
SMALL_READ_BYTES = READ_BYTES // 4
MOST_DELAY_S = 2
"""Between two tries to connect: meanwhile all queues at the broker, which is bounded."""
CONNECTION_BITS = 16
"""A token is a connection's number above a packet id of so many bits."""


class BulkClient(mqtt.Client):
    """Hands PUBLISHes to `deliver`, a read at a time, while `has_room` says that it may."""

    clock: Clock
    deliver: Callable[[Sequence[Message]], None]
    has_room: Callable[[float], bool]

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - paho's own
        self._connection = 0
        self._open = False
        self._guard = threading.Lock()
        self._rest = b""
        self._rare = b""
        self._never = threading.Event()
        super().__init__(*arguments, **options)

    @classmethod
    def to(cls, address: BrokerAddress, client_id: str) -> Self:
        """A client with a persistent session that acknowledges only what it is told to."""
        made = broker.client_of(cls, address, client_id, persistent=True, manual_ack=True)
        made.reconnect_delay_set(min_delay=1, max_delay=MOST_DELAY_S)
        return made

    def opened(self) -> None:
        """Say that the broker has taken the connection: acknowledgements may be sent on it."""
        with self._guard:
            self._open = True

    def acknowledge(self, tokens: Iterable[int | None]) -> None:
        """Send PUBACKs for what the present connection brought; for others it means nothing."""
        with self._guard:
            first = self._connection << CONNECTION_BITS
            past = first + (1 << CONNECTION_BITS)
            mine = [token - first for token in tokens if token and first <= token < past]
            if mine and self._open:
                self._packet_queue(frames.PUBACK, frames.acknowledgements(mine), 0, 0)

    def reconnect(self) -> MQTTErrorCode:
        """Connect anew: what is left of the last connection's bytes has no end any more."""
        with self._guard:
            self._open = False
            self._connection += 1
        self._rest = b""
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read once, as much as there is; paho calls it when the socket can be read."""
        del max_packets
        if not self.has_room(ROOM_S):
            # The answer to a ping may stand behind what we do not read.
            self._ping_t = 0.0
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        try:
            data = super()._sock_recv(READ_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        return self._take_in(data)

    def _packet_write(self) -> MQTTErrorCode:
        """Write what waits; if the broker is gone, first take in all that it had sent.

        It may have acknowledged these messages and died: then nobody else has them any more.
        """
        outcome = super()._packet_write()
        if outcome == MQTTErrorCode.MQTT_ERR_CONN_LOST:
            with suppress(OSError, MalformedFrameError):
                while data := super()._sock_recv(READ_BYTES):
                    cut = frames.cut(self._rest + data, self.clock.now(), self._connection)
                    self._rest = cut.rest
                    self.deliver(cut.messages)
        return outcome

    def _take_in(self, data: bytes) -> MQTTErrorCode:
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        try:
            cut = frames.cut(self._rest + data, self.clock.now(), self._connection)
        except MalformedFrameError:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)
        self._rest = cut.rest
        for frame in cut.others:
            outcome = self._leave_to_paho(frame)
            if outcome:
                return self._loop_rc_handle(outcome)
        if cut.messages:
            self.deliver(cut.messages)
            if len(data) < SMALL_READ_BYTES:
                self._never.wait(GATHER_S)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _leave_to_paho(self, frame: bytes) -> MQTTErrorCode:
        """Let paho read one whole frame, as if it came from the socket."""
        self._rare = frame
        return self._packet_read()

    def _sock_recv(self, bufsize: int) -> bytes:
        """What paho reads of a rare frame."""
        part, self._rare = self._rare[:bufsize], self._rare[bufsize:]
        if not part:
            raise BlockingIOError
        return part
