"""Level, spread, trend and extremes of every metric over the time before each moment.

A window of length w at time t holds the rows with t - w < time <= t, so no feature depends on a
later row. All units and moments are worked on at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features import reduction
from models.features.reduction import Bounds
from models.features.table import Table
from models.recording import HOUR_NS, Moments, Recording

STATISTICS = ("mean", "std", "slope", "min", "max", "share")
"""Slope is a metric's unit an hour; share is of the window's rows that have the metric."""
FEWEST_FOR_SLOPE = 3
PORTION_ROWS = 4096
"""Rows that are worked on at once where windows hardly overlap: they stay in the cache."""
LARGEST = 2**62
SAME_TIME = 1e-15
"""Square hours; a window whose times differ by less has no slope."""


def windows(recording: Recording, at: Moments, lengths_ns: Sequence[int]) -> Table:
    """All of `STATISTICS` of all metrics over all lengths: `<metric>:<statistic>:<length>`."""
    names = tuple(
        f"{metric}:{name}:{label(length)}"
        for length in lengths_ns
        for name in STATISTICS
        for metric in recording.metrics
    )
    bounds = [window(recording, at, length) for length in lengths_ns]
    values = np.empty((len(at), len(names)))
    if all(reduction.hardly_overlap(each, len(recording)) for each in bounds):
        for part, rows in _portions(at, bounds):
            sums = _Sums.of(_by_column(recording, rows))
            near = [each.only(part).within(rows) for each in bounds]
            values[part] = _features(sums, near, _numbered(at.unit[part], recording, rows))
    else:
        values[:] = _features(_Sums.of(recording), bounds, at.unit)
    return Table(names, values)


def window(recording: Recording, at: Moments, length_ns: int) -> Bounds:
    """Find the rows of each moment's window."""
    return Bounds(
        rows_until(recording.moments, Moments(at.unit, at.time_ns - length_ns)),
        rows_until(recording.moments, at),
    )


def rows_until(rows: Moments, at: Moments) -> Ints:
    """Position after the last row of the unit that is not later than each moment.

    `rows` are ordered by unit and time, and both are put into one exact key.
    """
    if not len(rows):
        return np.zeros(len(at), dtype=np.int64)
    times, wanted = rows.time_ns - rows.time_ns.min(), at.time_ns - rows.time_ns.min()
    if (int(times.max()) + 2) * (int(rows.unit.max()) + 2) > LARGEST:
        # Too long a span for so many units: of the times only the ranks.
        instants = np.unique(times)
        wanted = np.searchsorted(instants, wanted, side="right") - 1
        times = np.searchsorted(instants, times)
    latest = int(times.max())
    last = int(rows.unit.max()) + 1
    key = rows.unit * (latest + 2) + times
    sought = at.unit.clip(max=last) * (latest + 2) + wanted.clip(-1, latest) + 1
    found: Ints = np.searchsorted(key, sought, side="left").astype(np.int64)
    return found


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


def _portions(at: Moments, bounds: Sequence[Bounds]) -> Iterator[tuple[Ints, slice]]:
    """Deal the moments out by unit, with the rows that hold their windows."""
    if not bounds:
        return
    first = np.min([each.first for each in bounds], axis=0)
    after = np.max([each.after for each in bounds], axis=0)
    order = np.lexsort((at.time_ns, at.unit))
    part = after[order] // PORTION_ROWS
    for moments in np.split(order, np.flatnonzero(np.diff(part)) + 1):
        if len(moments):
            yield moments, slice(int(first[moments].min()), int(after[moments].max()))


def _by_column(recording: Recording, rows: slice) -> Recording:
    """Some of the rows, with the values of each metric side by side."""
    values, low, high = (
        None if each is None else np.asfortranarray(each[rows])
        for each in (recording.values, recording.low, recording.high)
    )
    unit = recording.unit[rows]
    return replace(
        recording,
        units=recording.units[unit[0] : unit[-1] + 1] if len(unit) else recording.units[:1],
        unit=_numbered(unit, recording, rows),
        time_ns=recording.time_ns[rows],
        values=values if values is not None else recording.values,
        low=low,
        high=high,
    )


def _numbered(unit: Ints, recording: Recording, rows: slice) -> Ints:
    """Count units from that of the first row; those without rows may share another's number."""
    inside = recording.unit[rows]
    return (unit - inside[0]).clip(0, inside[-1] - inside[0]) if len(inside) else 0 * unit


def _features(sums: _Sums, bounds: Sequence[Bounds], unit: Ints) -> Floats:
    """All statistics over all windows side by side, (moments, features)."""
    found = [values for each in bounds for values in _statistics(sums, each, unit)]
    return np.hstack(found) if found else np.empty((len(unit), 0))


def _statistics(sums: _Sums, bounds: Bounds, unit: Ints) -> tuple[Floats, ...]:
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
        mean + sums.start[unit],
        np.sqrt(variance),
        slope,
        _finite(-reduction.highest(-sums.low, bounds)),
        _finite(reduction.highest(sums.high, bounds)),
        np.where(bounds.rows[:, None] > 0, share, np.nan),
    )


def _first_known(recording: Recording, known: Bools) -> Floats:
    """The first value of each metric of each unit, (units, metrics); 0 without any."""
    first = np.zeros((len(recording.units), len(recording.metrics)))
    begins = np.flatnonzero(recording.moments.starts)
    first[recording.unit[begins]] = recording.values[begins]
    for number in np.flatnonzero(~np.isfinite(first).all(axis=0)):
        first[:, number] = 0.0
        rows = np.flatnonzero(known[:, number])[::-1]
        first[recording.unit[rows], number] = recording.values[rows, number]
    return first


def _hours_in(recording: Recording) -> Floats:
    """Hours since the unit's first row."""
    begins = np.where(recording.moments.starts, np.arange(len(recording)), 0)
    first = np.maximum.accumulate(begins)
    return (recording.time_ns - recording.time_ns[first]) / HOUR_NS


def _finite(values: Floats) -> Floats:
    return np.where(np.isinf(values), np.nan, values)
