"""A batch of messages in the database: the plain ones in blocks, the others with care.

Within a batch a device goes one of the two ways with all its readings, so that the first of two
readings for one instant is the first that arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices import traces
from devices.catalogue.folder import Catalogue
from devices.chunks import Chunks
from devices.traces import Traces
from devices.watermark import Tally
from ingest import writing
from ingest.block_writing import BlockWriter
from ingest.fast_lane import FastLane, Route, Taken
from ingest.registry import Registry
from ingest.source import Message
from ingest.validation import Judged, Validation
from storage.pool import Connection


@dataclass(frozen=True)
class Written:
    """What became of a batch."""

    judged: list[Judged]
    """The messages that took the careful path."""
    rows: Counter[str]
    """New rows by type."""
    tally: Tally
    times: NDArray[np.int64]
    """When its readings were measured, in microseconds since 1970, in no order."""


class BatchWriter:
    """Writes batches, and remembers which topic is which appliance's."""

    def __init__(self, catalogue: Catalogue, validation: Validation) -> None:
        self._catalogue = catalogue
        self._validation = validation
        self._fast_lane = FastLane(catalogue, validation.span)
        self._blocks = BlockWriter()
        self._chunks = Chunks()
        self._registry = Registry()
        self._routes: dict[str, Route] = {}

    def write(self, connection: Connection, batch: Sequence[Message]) -> Written:
        """Store a batch in the caller's transaction."""
        self._find_routes(connection, batch)
        taken, odd = self._fast_lane.take(batch, self._routes)
        careful = self._judge(batch, odd)
        odd_devices = [each.device_id for one in careful.values() for each in one.readings]
        self._make_chunks(connection, taken, careful.values())
        stored: dict[str, Taken] = {}
        for name in sorted(taken):
            apart = np.isin(taken[name].block.device_ids, odd_devices)
            stored[name], refused = self._blocks.write(
                connection, self._catalogue[name], taken[name].rows(~apart)
            )
            doubtful = np.concatenate((taken[name].positions[apart], refused))
            careful |= self._judge(batch, np.unique(doubtful).tolist())
        judged = [careful[position] for position in sorted(careful)]
        return self._finish(connection, stored, judged)

    def _make_chunks(
        self, connection: Connection, taken: Mapping[str, Taken], careful: Iterable[Judged]
    ) -> None:
        """Before anything is written: see devices.chunks."""
        times = {name: [each.block.times] for name, each in taken.items()}
        for one in careful:
            if one.readings:
                times.setdefault(one.type, []).append(Traces.of_readings(one.readings).times)
        for name, some in times.items():
            self._chunks.prepare(connection, name, np.concatenate(some))

    def _finish(
        self, connection: Connection, stored: dict[str, Taken], judged: list[Judged]
    ) -> Written:
        left = _traces(stored, judged)
        presences = [each.device_id for one in judged for each in one.presences]
        if presences:
            traces.hold_devices(connection, left, presences)
        rows = writing.write(connection, self._catalogue, judged)
        if left:
            traces.leave(connection, left)
        tally = writing.tally(judged, rows) + _tally(stored)
        rows.update({name: len(each.block) for name, each in stored.items() if len(each.block)})
        times = [each.times for each in left.values()] or [np.empty(0, dtype=np.int64)]
        return Written(judged, rows, tally, np.concatenate(times))

    def _find_routes(self, connection: Connection, batch: Sequence[Message]) -> None:
        if self._registry.forget_in_time():
            self._routes.clear()
        new = {message.topic for message in batch} - self._routes.keys()
        serials = {topic: serial for topic in new if (serial := self._validation.serial(topic))}
        self._registry.look_up(connection, serials.values())
        for topic, serial in serials.items():
            known = self._registry.known.get(serial)
            if known and not known.retired and self._validation.is_plain(topic):
                route = self._fast_lane.route(known.type, known.id)
                if route:
                    self._routes[topic] = route

    def _judge(self, batch: Sequence[Message], positions: Iterable[int]) -> dict[int, Judged]:
        known = self._registry.known
        return {each: self._validation.judge(batch[each], known) for each in positions}


def _tally(stored: Mapping[str, Taken]) -> Tally:
    """The count of messages that were stored in blocks."""
    messages = sum(len(np.unique(each.positions)) for each in stored.values())
    readings = sum(len(each.block) for each in stored.values())
    return Tally(received=messages, stored=messages, readings=readings)


def _traces(stored: Mapping[str, Taken], judged: Sequence[Judged]) -> dict[str, Traces]:
    """The traces of all readings by type, those of the careful path among them."""
    left = {
        name: Traces.of_block(each.block, each.striking)
        for name, each in stored.items()
        if len(each.block)
    }
    for name in {one.type for one in judged if one.readings}:
        readings = [each for one in judged if one.type == name for each in one.readings]
        careful = Traces.of_readings(readings)
        left[name] = left[name].and_those(careful) if name in left else careful
    return left
