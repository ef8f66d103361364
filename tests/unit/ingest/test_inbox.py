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
    inbox.put(messages[:1])
    inbox.put(messages[1:])
    assert inbox.take(2, 0) == messages[:2]
    assert inbox.take(2, 0) == messages[2:]
    assert inbox.take(2, 0) == []


def test_a_taker_waits_for_as_many_as_it_asked_for() -> None:
    inbox = Inbox(10, 1000)
    taken: list[Message] = []
    taking = threading.Thread(target=lambda: taken.extend(inbox.take(2, 60)))
    taking.start()
    inbox.put([message(1)])
    taking.join(0.05)
    assert taking.is_alive()
    inbox.put([message(2)])
    taking.join(60)
    assert taken == [message(1), message(2)]


def test_a_full_inbox_has_room_once_something_was_taken() -> None:
    inbox = Inbox(1, 1000)
    assert inbox.wait_for_room(0)
    inbox.put([message(1)])
    assert not inbox.wait_for_room(0.01)
    outcome: list[bool] = []
    waiting = threading.Thread(target=lambda: outcome.append(inbox.wait_for_room(60)))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    assert inbox.take(10, 0) == [message(1)]
    waiting.join(60)
    assert outcome == [True]


def test_bytes_are_bounded_too_and_a_full_inbox_is_handed_out_at_once() -> None:
    inbox = Inbox(10, 100)
    large = message(500)
    inbox.put([large])
    assert not inbox.wait_for_room(0)
    assert inbox.take(10, 60) == [large]
    assert inbox.wait_for_room(0)


def test_closing_lets_a_waiting_network_thread_go_and_takes_nothing_more_in() -> None:
    inbox = Inbox(1, 1000)
    inbox.put([message()])
    waiting = threading.Thread(target=inbox.wait_for_room, args=(60,))
    waiting.start()
    inbox.close()
    waiting.join(60)
    assert not waiting.is_alive()
    inbox.put([message(2)])
    assert inbox.take(10, 60) == [message()]
