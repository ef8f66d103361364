"""Frames are cut the same wherever a read happens to end."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from ingest import frames
from ingest.frames import MalformedFrameError
from ingest.source import Message

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PINGRESP = b"\xd0\x00"
SUBACK = b"\x90\x03\x00\x01\x01"


def length(number: int) -> bytes:
    encoded = bytearray()
    while True:
        number, low = divmod(number, 128)
        encoded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def publish(topic: bytes, payload: bytes, packet_id: int = 1, head: int = 0x32) -> bytes:
    numbered = packet_id.to_bytes(2, "big") if head & 0x06 else b""
    body = len(topic).to_bytes(2, "big") + topic + numbered + payload
    return bytes([head]) + length(len(body)) + body


def told(cut: frames.Cut) -> list[tuple[str, bytes, int | None]]:
    return [(each.topic, each.payload, each.token) for each in cut.messages]


@pytest.mark.parametrize("size", [0, 1, 100, 200, 20_000, 3_000_000])
def test_a_publish_of_any_size_is_one_message(size: int) -> None:
    cut = frames.cut(publish(b"a/b", b"x" * size, 513), NOW, 3)
    assert cut == ([Message("a/b", b"x" * size, NOW, 3 << 16 | 513)], [], b"")


@pytest.mark.parametrize("head", [0x32, 0x33, 0x3A, 0x3B])
def test_a_message_sent_again_or_retained_is_acknowledged_like_any(head: int) -> None:
    cut = frames.cut(publish(b"a", b"x", 7, head), NOW, 0)
    assert told(cut) == [("a", b"x", 7)]


@pytest.mark.parametrize("head", [0x30, 0x31])
def test_a_message_of_qos_0_wants_no_acknowledgement(head: int) -> None:
    assert told(frames.cut(publish(b"a", b"xy", head=head), NOW, 5)) == [("a", b"xy", None)]


def test_rare_frames_are_handed_on_whole_and_in_order() -> None:
    rare = publish(b"q", b"2", 9, 0x34)
    cut = frames.cut(SUBACK + publish(b"a", b"x") + PINGRESP + rare, NOW, 1)
    assert cut.others == [SUBACK, PINGRESP, rare]
    assert told(cut) == [("a", b"x", 1 << 16 | 1)]


def test_a_topic_that_is_not_utf_8_can_be_shown() -> None:
    assert told(frames.cut(publish(b"a/\xff", b"x"), NOW, 0)) == [("a/\\xff", b"x", 1)]


def test_frames_are_the_same_however_they_arrive() -> None:
    chance = random.Random(7)
    sent = [
        publish(b"t/%d" % number, chance.randbytes(chance.choice([0, 5, 130, 20_000])), number)
        for number in range(1, 60)
    ]
    stream = b"".join([*sent[:30], PINGRESP, *sent[30:]])
    whole = frames.cut(stream, NOW, 2)
    assert len(whole.messages) == len(sent)
    for most in (1, 3, 1000, 30_000):
        messages, others, rest, at = list[Message](), list[bytes](), b"", 0
        while at < len(stream):
            step = chance.randint(1, most)
            cut = frames.cut(rest + stream[at : at + step], NOW, 2)
            messages += cut.messages
            others += cut.others
            rest, at = cut.rest, at + step
        assert (messages, others, rest) == whole


@pytest.mark.parametrize(
    "stream",
    [
        b"\x32\xff\xff\xff\xff\x01",
        b"\x32\x80\x80\x80\x80\x80",
        b"\x32\x00",
        b"\x32\x01\x00",
        b"\x32\x03\x00\x09a",
        b"\x32\x03\x00\x01a",
        b"\x32\x04\x00\x01a\x00",
        b"\x30\x03\x00\x09a",
    ],
)
def test_what_is_not_mqtt_is_refused(stream: bytes) -> None:
    with pytest.raises(MalformedFrameError):
        frames.cut(stream + b"\0" * 8, NOW, 0)


@pytest.mark.parametrize("stream", [b"", b"\x32", b"\x32\x80", b"\x32\xff\xff\xff", b"\xd0"])
def test_an_unfinished_head_waits_for_more(stream: bytes) -> None:
    assert frames.cut(stream, NOW, 0) == ([], [], stream)


def test_acknowledgements_name_each_packet() -> None:
    assert frames.acknowledgements([1, 513, 65_535]) == (
        b"\x40\x02\x00\x01\x40\x02\x02\x01\x40\x02\xff\xff"
    )
    assert frames.acknowledgements([]) == b""
