"""A message as the spool keeps it: its topic, its payload, and when it arrived."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from ingest.instant import EPOCH
from ingest.source import Message

_MICROSECOND = timedelta(microseconds=1)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, bytes, int]).decode


def packed(message: Message) -> bytes:
    """A record; acknowledging it once more is nobody's business."""
    received = (message.received_at - EPOCH) // _MICROSECOND
    return _encode((message.topic, message.payload, received))


def unpacked(record: bytes) -> Message:
    """The message again."""
    topic, payload, received = _decode(record)
    return Message(topic, payload, EPOCH + received * _MICROSECOND)
