"""The least of MQTT 3.1.1 over a raw socket: to measure must cost next to nothing."""

from __future__ import annotations

import socket

CONNECT_FLAGS_CLEAN = 0x02
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024


def connect(port: int, client_id: str) -> socket.socket:
    """A clean session without keep-alive on a local broker."""
    opened = socket.create_connection(("127.0.0.1", port))
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    name = client_id.encode()
    body = b"\0\4MQTT\4" + bytes([CONNECT_FLAGS_CLEAN]) + b"\0\0" + len(name).to_bytes(2, "big")
    opened.sendall(bytes([0x10, len(body) + len(name)]) + body + name)
    _expect(opened, b"\x20\x02\0\0")
    return opened


def subscribe(opened: socket.socket, topic_filter: str) -> None:
    """Subscribe with QoS 1."""
    name = topic_filter.encode()
    body = b"\0\1" + len(name).to_bytes(2, "big") + name + b"\1"
    opened.sendall(bytes([0x82, len(body)]) + body)
    _expect(opened, b"\x90\x03\0\1\1")


def _expect(opened: socket.socket, answer: bytes) -> None:
    told = opened.recv(len(answer), socket.MSG_WAITALL)
    if told != answer:
        raise ConnectionError(f"the broker answered {told!r}, not {answer!r}")
