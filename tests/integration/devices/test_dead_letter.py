"""What could not be read is kept as it came, whatever is in it."""

from __future__ import annotations

import pytest

from devices import dead_letter
from devices.dead_letter import KEPT_BYTES, Refusal
from storage.pool import Connection


def refusal(
    topic: str = "appliances/K-1/telemetry",
    payload: bytes = b"{",
    reason: str = "not_json",
    detail: str = "line 1",
) -> Refusal:
    return Refusal(topic, payload, reason, detail)


def test_letters_are_listed_oldest_first_counted_and_replayed_once(connection: Connection) -> None:
    dead_letter.store(
        connection, [refusal(payload=b"1"), refusal(reason="unknown_device"), refusal(payload=b"3")]
    )
    assert dead_letter.counts(connection) == {"not_json": 2, "unknown_device": 1}
    first, second, third = dead_letter.waiting(connection)
    assert [first.payload, third.payload] == [b"1", b"3"]
    assert dead_letter.waiting(connection, reason="unknown_device") == [second]
    assert dead_letter.waiting(connection, after_id=second.id) == [third]
    assert dead_letter.waiting(connection, limit=1) == [first]
    dead_letter.mark_replayed(connection, [first.id, second.id])
    assert dead_letter.waiting(connection) == [third]
    assert dead_letter.counts(connection) == {"not_json": 1}


@pytest.mark.parametrize(
    ("topic", "kept"),
    [("a\0b", "a\\x00b"), ("a\ud800b", "a\\ud800b"), ("冰箱/🧊", "冰箱/🧊"), ("", "")],
)
def test_a_topic_that_the_database_cannot_hold_is_kept_readable(
    connection: Connection, topic: str, kept: str
) -> None:
    dead_letter.store(connection, [refusal(topic=topic, payload=b"\0\xff", detail=topic)])
    (letter,) = dead_letter.waiting(connection)
    assert (letter.topic, letter.detail, letter.payload) == (kept, kept, b"\0\xff")


def test_of_a_huge_payload_the_beginning_and_the_size_are_kept(connection: Connection) -> None:
    dead_letter.store(connection, [refusal(payload=b"x" * 10_000_000), refusal(payload=b"")])
    huge, empty = dead_letter.waiting(connection)
    assert (len(huge.payload), huge.payload_bytes, huge.whole) == (KEPT_BYTES, 10_000_000, False)
    assert empty.whole


def test_nothing_to_keep_is_no_error(connection: Connection) -> None:
    dead_letter.store(connection, [])
    assert dead_letter.waiting(connection) == []
