"""Payloads of one appliance type as columns of numbers, as long as they have exactly our shape.

A reading or a list of readings; anything else, and any other metric, is left to the careful path.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import chain, starmap
from struct import Struct, error
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from devices.catalogue.appliance_type import ApplianceType, Storage
from devices.telemetry_block import micros
from ingest.source import Message

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
NEVER = np.iinfo(np.int64).min
"""A time that no span holds, so that the careful path looks at it."""
Millis = Annotated[int, msgspec.Meta(ge=-(2**52), le=2**52)]
"""Within this, microseconds fit 64 bits."""
T = TypeVar("T")


class Columns(NamedTuple):
    """Readings by column: element or row `i` of each array is reading `i`."""

    origins: NDArray[np.intp]
    """Which message each reading came with."""
    times: NDArray[np.int64]
    """Microseconds since 1970, UTC; NEVER where the time has to be looked at."""
    values: NDArray[np.float64]
    """One column a metric, in the catalogue's order; NaN where it was not measured."""


class PayloadDecoder:
    """Decodes the payloads of one type with decoders made from the catalogue."""

    def __init__(self, description: ApplianceType) -> None:
        reading = _reading(description)
        self._one = msgspec.json.Decoder(reading).decode
        self._list = msgspec.json.Decoder(list[reading]).decode  # type: ignore[valid-type]
        self._metrics = len(description.metrics)
        self._pack = Struct(f"{self._metrics}d").pack

    def columns(self, messages: Sequence[Message]) -> Columns:
        """The readings of all messages that have our shape; those without one are left out."""
        readings, odd = _each(self._one, [message.payload for message in messages])
        origins = np.delete(np.arange(len(messages)), odd)
        if odd:
            listed, odder = _each(self._list, [messages[place].payload for place in odd])
            senders = np.delete(np.array(odd, dtype=np.intp), odder)
            origins = np.append(origins, np.repeat(senders, [len(each) for each in listed]))
            readings.extend(chain.from_iterable(listed))
        return Columns(origins, _times(readings, origins, messages), self._values(readings))

    def _values(self, readings: Sequence[Any]) -> NDArray[np.float64]:
        rows = [reading.values for reading in readings]
        try:
            packed = b"".join(starmap(self._pack, map(astuple, rows)))
        except error:
            # A null somewhere; slower, and rare.
            return np.array([astuple(row) for row in rows], dtype=np.float64)
        return np.frombuffer(packed).reshape(len(rows), self._metrics)


def _each(decode: Callable[[bytes], T], payloads: Sequence[bytes]) -> tuple[list[T], list[int]]:
    """What each payload decodes to, and the places of those that cannot be decoded."""
    decoded: list[T] = []
    odd: list[int] = []
    rest = iter(payloads)
    while True:
        try:
            # Without a statement for each: what came before an odd one is kept.
            decoded.extend(map(decode, rest))
        except UNREADABLE:
            odd.append(len(decoded) + len(odd))
        else:
            return decoded, odd


def _reading(description: ApplianceType) -> type[msgspec.Struct]:
    number, flag = float | None, bool | float | None
    fields = [
        (f"metric_{place}", flag if metric.storage is Storage.BOOLEAN else number, math.nan)
        for place, metric in enumerate(description.metrics.values())
    ]
    names = {f"metric_{place}": name for place, name in enumerate(description.metrics)}
    values = msgspec.defstruct("Values", fields, rename=names, forbid_unknown_fields=True, gc=False)
    return msgspec.defstruct(
        "Reading",
        [("values", values), ("ts", Millis | datetime | None, None)],
        forbid_unknown_fields=True,
        gc=False,
    )


def _times(
    readings: Sequence[Any], origins: Iterable[int], messages: Sequence[Message]
) -> NDArray[np.int64]:
    """Microseconds since 1970; nearly always all are told in milliseconds."""
    told = [reading.ts for reading in readings]
    try:
        return np.array(told, dtype=np.int64) * 1000
    except TypeError:
        arrived = (messages[origin].received_at for origin in origins)
        return np.array(list(map(_time, told, arrived)), dtype=np.int64)


def _time(told: object, arrived_at: datetime) -> int:
    match told:
        case int():
            return told * 1000
        case datetime() if told.tzinfo is None:
            return NEVER
        case datetime():
            return micros(told)
        case _:
            return micros(arrived_at)
