"""The inbox holds its bounds, so that a slow database slows the broker down."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from ingest.inbox import Inbox
from ingest.source import Message

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def message(size: int = 1) -> Message:
    return Message("topic", b"x" * size, NOW)


def test_what_was_put_is_taken_in_order_up_to_the_limit() -> None:
    inbox = Inbox(10, 1000)
    messages = [message(size) for size in (1, 2, 3)]
    for each in messages:
        inbox.put(each)
    assert inbox.take(2, 0) == messages[:2]
    assert inbox.take(2, 0) == messages[2:]
    assert inbox.take(2, 0) == []


def test_a_full_inbox_blocks_until_there_is_room() -> None:
    inbox = Inbox(1, 1000)
    first, second = message(1), message(2)
    inbox.put(first)
    putting = threading.Thread(target=inbox.put, args=(second,))
    putting.start()
    putting.join(0.05)
    assert putting.is_alive()
    assert inbox.take(10, 0) == [first]
    putting.join(5)
    assert not putting.is_alive()
    assert inbox.take(10, 0) == [second]


def test_bytes_are_bounded_too_but_one_large_message_always_fits() -> None:
    inbox = Inbox(10, 100)
    large = message(500)
    inbox.put(large)
    putting = threading.Thread(target=inbox.put, args=(message(1),))
    putting.start()
    putting.join(0.05)
    assert putting.is_alive()
    assert inbox.take(10, 60) == [large]
    putting.join(5)
    assert not putting.is_alive()


def test_closing_lets_a_waiting_network_thread_go() -> None:
    inbox = Inbox(1, 1000)
    inbox.put(message())
    outcome: list[bool] = []
    putting = threading.Thread(target=lambda: outcome.append(inbox.put(message())))
    putting.start()
    inbox.close()
    putting.join(5)
    assert outcome == [False]
