"""A broker for tests that delivers what it is told to, and records every acknowledgement.

The embedded broker forgets what was under way when a client leaves; this one does what the MQTT
standard asks of a persistent session: it sends again what was not acknowledged.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from typing import Self

CONNECT, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 4, 8, 12, 14
DEADLINE_S = 60.0


class ScriptedBroker:
    """Serves one client at a time on loopback; `messages` are by packet id."""

    def __init__(self, messages: Mapping[int, tuple[bytes, bytes]]) -> None:
        self._messages = messages
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connection: socket.socket | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.connections = 0
        self.acknowledged: list[int] = []

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        # Closing alone does not wake a thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()
        self._thread.join(DEADLINE_S)

    def drop(self) -> None:
        """Break the connection, as a network does."""
        if self._connection:
            try:
                self._connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # the client was faster

    def wait_for(self, condition: Callable[[], bool]) -> bool:
        with self._changed:
            return self._changed.wait_for(condition, DEADLINE_S)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._connection = connection
                self._note(lambda: setattr(self, "connections", self.connections + 1))
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        try:
            while head := stream.read(1):
                body = stream.read(_length(stream.read))
                self._answer(connection, head[0] >> 4, body)
        except OSError:
            return
        finally:
            stream.close()

    def _answer(self, connection: socket.socket, kind: int, body: bytes) -> None:
        if kind == CONNECT:
            connection.sendall(bytes([0x20, 2, int(self.connections > 1), 0]))
        elif kind == SUBSCRIBE:
            granted = bytes([1]) * 4
            connection.sendall(bytes([0x90, 2 + len(granted)]) + body[:2] + granted)
            self._deliver(connection)
        elif kind == PUBACK:
            packet_id = int.from_bytes(body[:2], "big")
            self._note(lambda: self.acknowledged.append(packet_id))
        elif kind == PINGREQ:
            connection.sendall(b"\xd0\x00")

    def _deliver(self, connection: socket.socket) -> None:
        again = 0x08 if self.connections > 1 else 0
        for packet_id, (topic, payload) in self._messages.items():
            if packet_id not in self.acknowledged:
                body = (
                    len(topic).to_bytes(2, "big") + topic + packet_id.to_bytes(2, "big") + payload
                )
                connection.sendall(bytes([0x32 | again]) + _prefixed(len(body)) + body)

    def _note(self, change: Callable[[], object]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()


def _length(read: Callable[[int], bytes]) -> int:
    value, shift = 0, 0
    while True:
        byte = read(1)[0]
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value
        shift += 7


def _prefixed(length: int) -> bytes:
    encoded = bytearray()
    while True:
        length, low = divmod(length, 128)
        encoded.append(low | (0x80 if length else 0))
        if not length:
            return bytes(encoded)
