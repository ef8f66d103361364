"""Level, spread, trend and extremes of every metric over the time before each moment.

A window of length w at time t holds the rows with t - w < time <= t, so no feature depends on a
later row. All units and moments are worked on at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features import reduction
from models.features.reduction import Bounds
from models.features.table import Table
from models.recording import HOUR_NS, Moments, Recording

STATISTICS = ("mean", "std", "slope", "min", "max", "share")
"""Slope is a metric's unit an hour; share is of the window's rows that have the metric."""
FEWEST_FOR_SLOPE = 3
SAME_TIME = 1e-15
"""Square hours; a window whose times differ by less has no slope."""


def windows(recording: Recording, at: Moments, lengths_ns: Sequence[int]) -> Table:
    """All of `STATISTICS` of all metrics over all lengths: `<metric>:<statistic>:<length>`."""
    sums = _Sums.of(recording)
    names: list[str] = []
    columns: list[Floats] = []
    for length in lengths_ns:
        found = _statistics(sums, window(recording, at, length), at)
        for name, values in zip(STATISTICS, found, strict=True):
            names += [f"{metric}:{name}:{label(length)}" for metric in recording.metrics]
            columns.append(values)
    return Table(tuple(names), np.hstack(columns) if columns else np.empty((len(at), 0)))


def window(recording: Recording, at: Moments, length_ns: int) -> Bounds:
    """Find the rows of each moment's window."""
    return Bounds(
        rows_until(recording.moments, Moments(at.unit, at.time_ns - length_ns)),
        rows_until(recording.moments, at),
    )


def rows_until(rows: Moments, at: Moments) -> Ints:
    """Position after the last row of the unit that is not later than each moment.

    `rows` are ordered by unit and time; the time is first replaced by its rank, so that both fit
    one exact key.
    """
    instants = np.unique(rows.time_ns)
    width = len(instants) + 1
    key = rows.unit * width + np.searchsorted(instants, rows.time_ns)
    wanted = at.unit * width + np.searchsorted(instants, at.time_ns, side="right")
    return np.searchsorted(key, wanted, side="left").astype(np.int64)


def label(length_ns: int) -> str:
    """Write a length as people do: 90s, 24h, 7d."""
    seconds = length_ns / 1e9
    for size, letter in ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")):
        if seconds >= 2 * size:
            return f"{seconds / size:g}{letter}"
    return f"{seconds:g}s"


@dataclass(frozen=True)
class _Sums:
    """What is added up over a window: each (rows, metrics), 0 where the metric is missing.

    Values are taken from the unit's first and times in hours from the unit's first row, so that
    squares keep their digits.
    """

    start: Floats
    """(units, metrics): what the values are taken from."""
    known: Floats
    value: Floats
    time: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, recording: Recording) -> _Sums:
        known = np.isfinite(recording.values)
        start = _first_known(recording, known)
        low = recording.values if recording.low is None else recording.low
        high = recording.values if recording.high is None else recording.high
        return cls(
            start=start,
            known=known.astype(np.float64),
            value=np.where(known, recording.values - start[recording.unit], 0.0),
            time=_hours_in(recording)[:, None] * known,
            low=np.where(np.isfinite(low), low, np.inf),
            high=np.where(np.isfinite(high), high, -np.inf),
        )


def _statistics(sums: _Sums, bounds: Bounds, at: Moments) -> tuple[Floats, ...]:
    count = reduction.total(sums.known, bounds)
    known = np.where(count > 0, count, np.nan)
    mean = reduction.total(sums.value, bounds) / known
    variance = np.maximum(reduction.total(sums.value**2, bounds) / known - mean**2, 0.0)
    mean_time = reduction.total(sums.time, bounds) / known
    spread = reduction.total(sums.time**2, bounds) / known - mean_time**2
    together = reduction.total(sums.time * sums.value, bounds) / known - mean_time * mean
    sloped = (count >= FEWEST_FOR_SLOPE) & (spread > SAME_TIME)
    slope = np.where(sloped, together / np.where(sloped, spread, 1.0), np.nan)
    share = count / np.maximum(bounds.rows, 1)[:, None]
    return (
        mean + sums.start[at.unit],
        np.sqrt(variance),
        slope,
        _finite(-reduction.highest(-sums.low, bounds)),
        _finite(reduction.highest(sums.high, bounds)),
        np.where(bounds.rows[:, None] > 0, share, np.nan),
    )


def _first_known(recording: Recording, known: Bools) -> Floats:
    """The first value of each metric of each unit, (units, metrics); 0 without any."""
    first = np.zeros((len(recording.units), len(recording.metrics)))
    for number in range(len(recording.metrics)):
        rows = np.flatnonzero(known[:, number])[::-1]
        first[recording.unit[rows], number] = recording.values[rows, number]
    return first


def _hours_in(recording: Recording) -> Floats:
    """Hours since the unit's first row."""
    starts = np.concatenate(([True], np.diff(recording.unit) != 0))[: len(recording)]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(recording)), 0))
    return (recording.time_ns - recording.time_ns[first]) / HOUR_NS


def _finite(values: Floats) -> Floats:
    return np.where(np.isinf(values), np.nan, values)
