"""What a batch leaves beside its rows: who was heard until when, who is to be judged, which hours.

A device whose readings are all within the bounds of its alarms, and none of whose alarms is about
to turn, has nothing to be judged for: it counts as judged in the transaction that stores them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.binary_array import Instants, Integers
from devices.telemetry import Reading
from devices.telemetry_block import Block, micros
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
MICROS_PER_HOUR = 3_600_000_000
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Traces:
    """Keys of one type's readings: element `i` of each array is reading `i`."""

    device_ids: NDArray[np.int32]
    times: NDArray[np.int64]
    """Microseconds since 1970, UTC."""
    striking: NDArray[np.bool_]
    """Whether it is beyond a bound of an alarm, or may be."""

    def __len__(self) -> int:
        return len(self.device_ids)

    @classmethod
    def of_block(cls, block: Block, striking: NDArray[np.bool_]) -> Traces:
        """The traces of a block."""
        return cls(block.device_ids, block.times, striking)

    @classmethod
    def of_readings(cls, readings: Sequence[Reading]) -> Traces:
        """The traces of readings that nobody has looked at: each may be beyond a bound."""
        return cls(
            np.array([reading.device_id for reading in readings], dtype=np.int32),
            np.array([micros(reading.time) for reading in readings], dtype=np.int64),
            np.ones(len(readings), dtype=np.bool_),
        )

    def and_those(self, other: Traces) -> Traces:
        """Both."""
        return Traces(
            np.concatenate((self.device_ids, other.device_ids)),
            np.concatenate((self.times, other.times)),
            np.concatenate((self.striking, other.striking)),
        )

    def in_order(self) -> Traces:
        """The same by device and time."""
        order = np.lexsort((self.times, self.device_ids))
        return Traces(self.device_ids[order], self.times[order], self.striking[order])


def hold_devices(
    connection: Connection, traces: Mapping[str, Traces], others: Sequence[int]
) -> None:
    """Lock the states of the devices of a batch and of others, before they are written in turns."""
    ids = [np.array(others, dtype=np.int32), *(each.device_ids for each in traces.values())]
    connection.execute(
        _SQL["hold_devices"], {"device_ids": Integers(np.unique(np.concatenate(ids)))}
    )


def leave(connection: Connection, traces: Mapping[str, Traces]) -> None:
    """Leave what readings of these types mean for rollups and judges; last in a transaction."""
    ordered = {name: traces[name].in_order() for name in sorted(traces)}
    for name, each in ordered.items():
        _mark_hours(connection, name, each)
    ends = [_by_device(each) for each in ordered.values()]
    device_ids, newest, striking_from = (np.concatenate(part) for part in zip(*ends, strict=True))
    striking = striking_from != NEVER
    judged_until = np.where(striking, striking_from - 1, newest)
    connection.execute(
        _SQL["advance_devices"],
        {
            "device_ids": Integers(device_ids),
            "newest": Instants(newest),
            "judged_until": Instants(judged_until),
            "striking": Integers(striking.astype(np.int32)),
        },
    )


def _mark_hours(connection: Connection, type_name: str, traces: Traces) -> None:
    """`traces` are in order."""
    hours = traces.times - traces.times % MICROS_PER_HOUR
    ends = np.append((np.diff(traces.device_ids) != 0) | (np.diff(hours) != 0), True)
    told = {
        "type": type_name,
        "device_ids": Integers(traces.device_ids[ends]),
        "hours": Instants(hours[ends]),
    }
    held = connection.execute(_SQL["hold_stale_hours"], told).fetchone()
    if held != (np.count_nonzero(ends),):
        connection.execute(_SQL["mark_stale_hours"], told)


def _by_device(
    traces: Traces,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Each device once: its newest time, and the first striking one or NEVER. In order."""
    starts = np.flatnonzero(np.append(True, np.diff(traces.device_ids) != 0))
    ends = np.append(starts[1:], len(traces)) - 1
    striking = np.minimum.reduceat(np.where(traces.striking, traces.times, NEVER), starts)
    return traces.device_ids[ends], traces.times[ends], striking
