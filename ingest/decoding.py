"""JSON from the wire: strict, fast, and able to say that a number is not finite."""

from __future__ import annotations

import json
import math

import msgspec

from ingest.reason import Reason, RefusedError

_DECODER = msgspec.json.Decoder()


def decode(payload: bytes) -> object:
    """The payload's value. Raises RefusedError with `empty` or `not_json`.

    NaN, Infinity and numbers too large for a double are not JSON that we accept, but devices send
    them: they come back as such floats, so that the other values of the message are not lost.
    """
    if not payload.strip():
        raise RefusedError(Reason.EMPTY, "the payload is empty")
    try:
        value: object = _DECODER.decode(payload)
    except RecursionError:
        raise RefusedError(Reason.NOT_JSON, "nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _with_odd_numbers(payload, str(error))
    return value


def encode(value: object) -> bytes:
    """A part of a payload as JSON again, odd numbers included."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )


def _with_odd_numbers(payload: bytes, complaint: str) -> object:
    odd: list[str] = []

    def number(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            odd.append(text)
        return value

    try:
        value: object = json.loads(
            payload.decode("utf-8"), parse_float=number, parse_constant=number
        )
    except (ValueError, RecursionError):
        raise RefusedError(Reason.NOT_JSON, complaint) from None
    if not odd:
        raise RefusedError(Reason.NOT_JSON, complaint)
    return value
