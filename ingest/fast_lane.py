"""Readings as nearly all are: decoded into a type's own struct, judged as columns of numbers.

Whatever is not plainly good is left to `ingest.validation`, which alone decides what is wrong with
it and what of it is kept; tests/unit/ingest/test_fast_lane.py holds the two against each other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts import rule
from devices.catalogue.appliance_type import ApplianceType, Storage
from devices.catalogue.folder import Catalogue
from devices.telemetry_block import Block, micros
from ingest import measured
from ingest.instant import Span
from ingest.payload_decoding import Columns, PayloadDecoder
from ingest.source import Message
from ingest.validation import PAYLOAD_BYTES

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


class Taken(NamedTuple):
    """What the fast lane took of one type."""

    block: Block
    positions: NDArray[np.intp]
    """The message of each reading, as its place in the batch."""
    striking: NDArray[np.bool_]
    """Which readings are beyond a bound of an alarm."""

    def rows(self, chosen: NDArray[np.bool_]) -> Taken:
        """Some of them."""
        if chosen.all():
            return self
        return Taken(self.block.rows(chosen), self.positions[chosen], self.striking[chosen])


class _Lane:
    """One type's decoder and what its values may be."""

    def __init__(self, description: ApplianceType) -> None:
        self.decoder = PayloadDecoder(description)
        limits = measured.limits(description).values()
        storable = np.array([_STORABLE[limit.storage] for limit in limits])
        boolean = np.array([limit.storage is Storage.BOOLEAN for limit in limits])
        low = np.array([limit.low for limit in limits])
        high = np.array([limit.high for limit in limits])
        self._low = np.where(boolean, 0.0, np.maximum(low, -storable))
        self._high = np.where(boolean, 1.0, np.minimum(high, storable))
        whole = [limit.storage in {Storage.BOOLEAN, Storage.INTEGER} for limit in limits]
        self._whole = np.flatnonzero(whole)
        self._alarms = [
            (place, side)
            for place, metric in enumerate(description.metrics.values())
            if metric.alarm is not None
            for side in rule.sides(metric.alarm)
        ]

    def plausible(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which rows have at least one value, and only values that can be true."""
        missing = np.isnan(values)
        within = (values >= self._low) & (values <= self._high) | missing
        counted = values[:, self._whole]
        whole = (counted == np.floor(counted)) | missing[:, self._whole]
        return np.asarray(within.all(axis=1) & whole.all(axis=1) & ~missing.all(axis=1))

    def striking(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which rows have a value beyond a bound of an alarm."""
        found = np.zeros(len(values), dtype=np.bool_)
        for place, side in self._alarms:
            found |= side.beyond(values[:, place])
        return found


class FastLane:
    """Takes the plainly good readings out of a batch."""

    def __init__(self, catalogue: Catalogue, span: Span) -> None:
        self._lanes = {name: _Lane(description) for name, description in catalogue.items()}
        self._earliest = micros(span.earliest)
        self._ahead = span.ahead

    def route(self, type_name: str, device_id: int) -> Route | None:
        """The route of one device's readings; None if the catalogue lacks its type."""
        return Route(type_name, device_id) if type_name in self._lanes else None

    def take(
        self, batch: Sequence[Message], routes: Mapping[str, Route]
    ) -> tuple[dict[str, Taken], list[int]]:
        """What is plainly good, by type, and the places of all other messages in the batch."""
        told: defaultdict[str, list[int]] = defaultdict(list)
        device_ids = np.zeros(len(batch), dtype=np.int32)
        for position, message in enumerate(batch):
            route = routes.get(message.topic)
            if route is not None and len(message.payload) <= PAYLOAD_BYTES:
                told[route.type].append(position)
                device_ids[position] = route.device_id
        taken = {name: self._take(name, told[name], device_ids, batch) for name in told}
        left = np.ones(len(batch), dtype=np.bool_)
        for each in taken.values():
            left[each.positions] = False
        return taken, np.flatnonzero(left).tolist()

    def _take(
        self,
        type_name: str,
        told: Sequence[int],
        device_ids: NDArray[np.int32],
        batch: Sequence[Message],
    ) -> Taken:
        """What is plainly good of one type's messages; a message is taken whole or not at all."""
        messages = [batch[position] for position in told]
        lane = self._lanes[type_name]
        columns = lane.decoder.columns(messages)
        plain = lane.plausible(columns.values) & self._in_time(columns, messages)
        if not plain.all():
            plain = ~np.isin(columns.origins, columns.origins[~plain])
        positions = np.array(told, dtype=np.intp)[columns.origins]
        block = Block(device_ids[positions], columns.times, columns.values)
        return Taken(block, positions, lane.striking(columns.values)).rows(plain)

    def _in_time(self, columns: Columns, messages: Sequence[Message]) -> NDArray[np.bool_]:
        first_arrival = min({message.received_at for message in messages})
        latest = micros(first_arrival + self._ahead)
        return (columns.times >= self._earliest) & (columns.times <= latest)
