"""What has arrived and is not yet taken: bounded, so that the broker feels when we are behind.

A full inbox blocks the network thread; the socket then fills and TCP slows the broker down.
"""

from __future__ import annotations

from collections import deque
from threading import Condition

from ingest.source import Message


class Inbox:
    """A queue between the network's thread and the ingester's, bounded in messages and bytes."""

    def __init__(self, most_messages: int, most_bytes: int) -> None:
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = Condition()

    def put(self, message: Message) -> bool:
        """Wait for room and add the message; False when the inbox was closed instead."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(message))
            if self._closed:
                return False
            self._messages.append(message)
            self._bytes += len(message.payload)
            self._changed.notify_all()
            return True

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """`limit` messages as soon as they are there, or fewer after `timeout_s` or when full."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._is_full() or len(self._messages) >= limit, timeout_s
            )
            taken = [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]
            self._bytes -= sum(len(message.payload) for message in taken)
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Let every waiter go; nothing more is taken in."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, message: Message) -> bool:
        """Whether it fits; one larger than the whole inbox fits when nothing else is there."""
        if not self._messages:
            return True
        fits = self._bytes + len(message.payload) <= self._most_bytes
        return fits and len(self._messages) < self._most_messages

    def _is_full(self) -> bool:
        """Half of the bytes count as full: a large message may be waiting for room."""
        return len(self._messages) >= self._most_messages or self._bytes >= self._most_bytes // 2
