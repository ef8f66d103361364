"""What a fleet would have reported by the minute, as blocks in the order in which they arrive.

A few appliances of each type are simulated; the others repeat one of them from another minute
on, so that a type of a hundred costs no more than one of sixteen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from devices.catalogue.appliance_type import ApplianceType, Storage
from devices.telemetry_block import Block, micros
from simulator import transmission
from simulator.fleet import MINUTE, Group

SIMULATED = 16
"""Appliances of a type with a life of their own."""
SHIFT_MINUTES = 397
"""Each repetition begins so much later in the recording; a prime, so that none falls on another."""
SENT_MS = 7919
"""Each device sends so much later in the minute than the one before."""
JITTER_MS = 20.0
"""Standard deviation of the time at which a device sends, from the one at which it should."""
HOUR_MINUTES = 60
MARGIN_MS = 500
"""From either end of the minute, so that it does not send in another one."""
BLOCK_MINUTES = 5
"""What one COPY holds of each device."""
MINUTE_MS = 60_000


@dataclass(frozen=True)
class Recording:
    """What the simulated appliances of one type reported, a reading a minute."""

    description: ApplianceType
    start: datetime
    values: NDArray[np.float64]
    """(minutes, appliances, metrics), rounded as they are sent."""

    @property
    def minutes(self) -> int:
        """How long it is."""
        return len(self.values)


def record(description: ApplianceType, start: datetime, minutes: int, seed: int = 1) -> Recording:
    """Simulate healthy appliances of a type for so many minutes."""
    never = start + timedelta(minutes=minutes)
    group = Group(description.type, SIMULATED, seed, start, faulty_from=never)
    values = np.empty((minutes, SIMULATED, len(description.metrics)))
    for minute in range(minutes):
        at = start + minute * MINUTE
        group.step(at)
        told = group.report(at + MINUTE).values
        for place, name in enumerate(description.metrics):
            values[minute, :, place] = told[name]
    values = transmission.rounded(values)
    for place, metric in enumerate(description.metrics.values()):
        if metric.storage is Storage.INTEGER:
            values[:, :, place] = values[:, :, place].round()
    return Recording(description, start, values)


def hours(recording: Recording, device_ids: NDArray[np.int32]) -> Iterator[list[Block]]:
    """What so many devices report, hour by hour: a block for every few minutes of it."""
    arrivals = _Arrivals(recording, device_ids)
    for hour in range(0, recording.minutes, HOUR_MINUTES):
        end = min(hour + HOUR_MINUTES, recording.minutes)
        yield [
            arrivals.block(minute, min(minute + BLOCK_MINUTES, end))
            for minute in range(hour, end, BLOCK_MINUTES)
        ]


class _Arrivals:
    """Repeats a recording on as many devices as there are."""

    def __init__(self, recording: Recording, device_ids: NDArray[np.int32]) -> None:
        number = np.arange(len(device_ids))
        self._recording = recording
        self._ids = device_ids
        self._unit = number[:, None] % SIMULATED
        self._first = number[:, None] // SIMULATED * SHIFT_MINUTES
        self._phase_ms = MARGIN_MS + number[:, None] * SENT_MS % (MINUTE_MS - 2 * MARGIN_MS)
        self._start_ms = micros(recording.start) // 1000
        self._chance = np.random.default_rng(1)

    def block(self, since: int, until: int) -> Block:
        """The minutes with since <= minute < until of every device."""
        minutes = np.arange(since, until)[None, :]
        shape = (len(self._ids), until - since)
        jitter_ms = self._chance.normal(0.0, JITTER_MS, shape).round().astype(np.int64)
        sent_ms = self._start_ms + minutes * MINUTE_MS + self._phase_ms + jitter_ms
        values = self._recording.values[
            (self._first + minutes) % self._recording.minutes, self._unit
        ]
        return Block(
            np.repeat(self._ids, shape[1]),
            (sent_ms * 1000).ravel(),
            values.reshape(-1, values.shape[2]),
        )
