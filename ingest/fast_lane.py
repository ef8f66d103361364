"""Readings as nearly all are: decoded into a type's own struct, judged as columns of numbers.

Whatever is not plainly good is left to `ingest.validation`, which alone decides what is wrong with
it and what of it is kept; tests/unit/ingest/test_fast_lane.py holds the two against each other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from devices.catalogue.appliance_type import ApplianceType, Storage
from devices.catalogue.folder import Catalogue
from devices.telemetry_block import Block, micros
from ingest import measured
from ingest.instant import Span
from ingest.source import Message
from ingest.validation import PAYLOAD_BYTES

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
NEVER = np.iinfo(np.int64).min
"""A time that no span holds, so that the careful path looks at it."""
Millis = Annotated[int, msgspec.Meta(ge=-(2**52), le=2**52)]
"""Within this, microseconds fit 64 bits."""
_STORABLE = {
    Storage.REAL: float(np.finfo(np.float32).max),
    Storage.DOUBLE: math.inf,
    Storage.INTEGER: float(np.iinfo(np.int32).max),
    Storage.BOOLEAN: 1.0,
}


class Route(NamedTuple):
    """Where a topic's readings go."""

    type: str
    device_id: int
    decode: Callable[[bytes], Any]


class Taken(NamedTuple):
    """What the fast lane took of one type."""

    block: Block
    positions: NDArray[np.intp]
    """The message of each reading, as its place in the batch."""

    def rows(self, chosen: NDArray[np.bool_]) -> Taken:
        """Some of them."""
        return Taken(self.block.rows(chosen), self.positions[chosen])


class _Lane:
    """One type's decoder and what its values may be."""

    def __init__(self, description: ApplianceType) -> None:
        self.decode = _decoder(description).decode
        limits = measured.limits(description).values()
        storable = np.array([_STORABLE[limit.storage] for limit in limits])
        boolean = np.array([limit.storage is Storage.BOOLEAN for limit in limits])
        low = np.array([limit.low for limit in limits])
        high = np.array([limit.high for limit in limits])
        self._low = np.where(boolean, 0.0, np.maximum(low, -storable))
        self._high = np.where(boolean, 1.0, np.minimum(high, storable))
        whole = [limit.storage in {Storage.BOOLEAN, Storage.INTEGER} for limit in limits]
        self._whole = np.flatnonzero(whole)

    def plausible(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which rows have at least one value, and only values that can be true."""
        missing = np.isnan(values)
        within = (values >= self._low) & (values <= self._high) | missing
        counted = values[:, self._whole]
        whole = (counted == np.floor(counted)) | missing[:, self._whole]
        return np.asarray(within.all(axis=1) & whole.all(axis=1) & ~missing.all(axis=1))


class FastLane:
    """Takes the plainly good readings out of a batch."""

    def __init__(self, catalogue: Catalogue, span: Span) -> None:
        self._lanes = {name: _Lane(description) for name, description in catalogue.items()}
        self._earliest = micros(span.earliest)
        self._ahead = span.ahead

    def route(self, type_name: str, device_id: int) -> Route | None:
        """The route of one device's readings; None if the catalogue lacks its type."""
        lane = self._lanes.get(type_name)
        return Route(type_name, device_id, lane.decode) if lane else None

    def take(
        self, batch: Sequence[Message], routes: Mapping[str, Route]
    ) -> tuple[dict[str, Taken], list[int]]:
        """What is plainly good, by type, and the places of all other messages in the batch."""
        told: defaultdict[str, list[tuple[int, int, Any]]] = defaultdict(list)
        odd: list[int] = []
        for position, message in enumerate(batch):
            route = routes.get(message.topic)
            if route is None or len(message.payload) > PAYLOAD_BYTES:
                odd.append(position)
                continue
            type_name, device_id, decode = route
            try:
                reading = decode(message.payload)
            except UNREADABLE:
                odd.append(position)
                continue
            told[type_name].append((position, device_id, reading))
        taken = {}
        for type_name, readings in told.items():
            judged, plain = self._judged(type_name, readings, batch)
            odd += judged.positions[~plain].tolist()
            taken[type_name] = judged.rows(plain)
        return taken, odd

    def _judged(
        self, type_name: str, told: Sequence[tuple[int, int, Any]], batch: Sequence[Message]
    ) -> tuple[Taken, NDArray[np.bool_]]:
        positions, device_ids, readings = zip(*told, strict=True)
        values = np.array([astuple(each.values) for each in readings], dtype=np.float64)
        times = _times([each.ts for each in readings], positions, batch)
        arrived_at = min({batch[position].received_at for position in positions})
        plain = self._lanes[type_name].plausible(values)
        plain &= (times >= self._earliest) & (times <= micros(arrived_at + self._ahead))
        block = Block(np.array(device_ids, dtype=np.int32), times, values)
        return Taken(block, np.array(positions, dtype=np.intp)), plain


def _decoder(description: ApplianceType) -> msgspec.json.Decoder[Any]:
    """Takes exactly our shape: anything else, and any other metric, is the careful path's."""
    number, flag = float | None, bool | float | None
    fields = [
        (f"metric_{place}", flag if metric.storage is Storage.BOOLEAN else number, math.nan)
        for place, metric in enumerate(description.metrics.values())
    ]
    names = {f"metric_{place}": name for place, name in enumerate(description.metrics)}
    values = msgspec.defstruct("Values", fields, rename=names, forbid_unknown_fields=True, gc=False)
    reading = msgspec.defstruct(
        "Reading",
        [("values", values), ("ts", Millis | datetime | None, None)],
        forbid_unknown_fields=True,
        gc=False,
    )
    return msgspec.json.Decoder(reading)


def _times(
    told: Sequence[object], positions: Sequence[int], batch: Sequence[Message]
) -> NDArray[np.int64]:
    """Microseconds since 1970; nearly always all are told in milliseconds."""
    try:
        return np.array(told, dtype=np.int64) * 1000
    except TypeError:
        arrived = (batch[position].received_at for position in positions)
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
