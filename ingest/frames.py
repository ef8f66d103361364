"""MQTT frames in a run of bytes: the PUBLISHes as messages, the rare others as they are.

Pure, and the innermost loop of ingest: it sees every byte, so it is written for speed. MQTT 3.1.1,
sections 2.2 (fixed header) and 3.3 (PUBLISH).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from struct import Struct
from typing import NamedTuple

import numpy as np

from ingest.source import Message

PUBLISH_QOS_0, PUBLISH_QOS_1 = 0x30, 0x32
KIND = 0xF6
"""The first byte without its DUP and RETAIN bits: neither changes what we do."""
PUBACK = 0x40
CONTINUES = 0x80
LENGTH_BYTES = 4
"""A frame's length takes at most so many bytes."""
_HEADER = Struct(">BBBH").unpack_from
"""First byte, a length of one byte or two, and the length of the topic, all in one call."""
_PADDING = bytes(3)
"""So that a header can be read at the very end; a frame that needs it is found unfinished."""


class MalformedFrameError(Exception):
    """The other side does not speak MQTT: nothing after this can be told apart."""


class Cut(NamedTuple):
    """What a run of bytes held."""

    messages: list[Message]
    others: list[bytes]
    """Whole frames that are not PUBLISH with QoS 0 or 1."""
    rest: bytes
    """The beginning of a frame whose end has not arrived."""


def cut(data: bytes, received_at: datetime, connection: int) -> Cut:
    """Cut `data` into frames. A message's token holds `connection` and its packet id.

    Raises MalformedFrameError.
    """
    messages: list[Message] = []
    others: list[bytes] = []
    keep = messages.append
    base = connection << 16
    at, size = 0, len(data)
    padded = data + _PADDING
    while size - at > 1:
        head, length, third, topic_bytes = _HEADER(padded, at)
        if length < CONTINUES:
            start = at + 2
            topic_bytes = third << 8 | topic_bytes >> 8
        elif third < CONTINUES:
            start = at + 3
            length = length & 0x7F | third << 7
        else:
            length, start = _long_length(data, at + 1)
            topic_bytes = int.from_bytes(data[start : start + 2], "big")
        end = start + length
        if end > size:
            break
        kind = head & KIND
        if kind == PUBLISH_QOS_1:
            packet = start + 2 + topic_bytes
            if packet + 2 > end:
                raise MalformedFrameError("a PUBLISH ends within its header")
            topic = data[start + 2 : packet]
            token = base | data[packet] << 8 | data[packet + 1]
            keep(Message(_text(topic), data[packet + 2 : end], received_at, token))
        elif kind == PUBLISH_QOS_0:
            keep(_without_acknowledgement(data[start:end], received_at))
        else:
            others.append(data[at:end])
        at = end
    return Cut(messages, others, data[at:])


def _text(topic: bytes) -> str:
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return topic.decode("utf-8", "backslashreplace")


def acknowledgements(packet_ids: Iterable[int]) -> bytes:
    """A PUBACK for each packet id, in one run of bytes."""
    ids = np.fromiter(packet_ids, dtype=">u2")
    frames = np.empty((len(ids), 4), dtype=np.uint8)
    frames[:, 0], frames[:, 1] = PUBACK, 2
    frames[:, 2:] = ids.view(np.uint8).reshape(-1, 2)
    return frames.tobytes()


def _long_length(data: bytes, at: int) -> tuple[int, int]:
    """A length of several bytes, and where the frame's body starts; past the end if unfinished."""
    length = 0
    for place, byte in enumerate(data[at : at + LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * place
        if byte < CONTINUES:
            return length, at + place + 1
    if len(data) - at >= LENGTH_BYTES:
        raise MalformedFrameError("a length of more than four bytes")
    return 0, len(data) + 1


def _without_acknowledgement(body: bytes, received_at: datetime) -> Message:
    topic_end = 2 + int.from_bytes(body[:2], "big")
    if topic_end > len(body):
        raise MalformedFrameError("a PUBLISH ends within its header")
    return Message(_text(body[2:topic_end]), body[topic_end:], received_at)
