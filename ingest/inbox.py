"""What has arrived and is not yet taken: bounded, so that the broker feels when we are behind.

While it is full the network's thread does not read; the socket fills and TCP slows the broker down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
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
        self._wanted = 0
        self._changed = Condition()

    def __len__(self) -> int:
        return len(self._messages)

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether something may be put: at once, as soon as there is room, or not in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or not self._is_full(), timeout_s)

    def put(self, messages: Sequence[Message]) -> None:
        """Add what one read brought; the last one may go over the bound."""
        with self._changed:
            if self._closed:
                return
            self._messages.extend(messages)
            self._bytes += sum([len(message.payload) for message in messages])
            if self._wanted and self._has(self._wanted):
                self._changed.notify_all()

    def take(self, limit: int, timeout_s: float) -> list[Message]:
        """`limit` messages as soon as they are there, or fewer after `timeout_s` or when full."""
        with self._changed:
            self._wanted = limit
            self._changed.wait_for(lambda: self._has(limit), timeout_s)
            self._wanted = 0
            next_message = self._messages.popleft
            taken = [next_message() for _ in range(min(limit, len(self._messages)))]
            self._bytes -= sum([len(message.payload) for message in taken])
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Let every waiter go; nothing more is taken in."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has(self, limit: int) -> bool:
        return self._closed or self._is_full() or len(self._messages) >= limit

    def _is_full(self) -> bool:
        return len(self._messages) >= self._most_messages or self._bytes >= self._most_bytes
