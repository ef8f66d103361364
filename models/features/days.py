"""A recording by the day: what is shown of wear that takes months.

A day's row stands at its last reading, so that it never tells of what came later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.arrays import Floats
from models.features import windows
from models.recording import HOUR_NS, Log, Moments, Recording

DAY_NS = 24 * HOUR_NS


def by_day(recording: Recording) -> Recording:
    """Means of each day; values of a counter or a level likewise."""
    if not len(recording):
        return replace(_bare(recording), step_ns=DAY_NS)
    day = recording.time_ns // DAY_NS
    starts = np.flatnonzero(
        np.concatenate(([True], (np.diff(recording.unit) != 0) | (np.diff(day) != 0)))
    )
    last = np.append(starts[1:], len(recording)) - 1
    known = np.isfinite(recording.values)
    total = np.add.reduceat(np.where(known, recording.values, 0.0), starts, axis=0)
    count = np.add.reduceat(known.astype(np.float64), starts, axis=0)
    return replace(
        _bare(recording),
        unit=recording.unit[starts],
        time_ns=recording.time_ns[last],
        values=total / np.where(count > 0, count, np.nan),
        step_ns=DAY_NS,
    )


def lately(daily: Recording, at: Moments, metrics: Sequence[str], length_ns: int) -> Floats:
    """Mean of each metric over the time before each moment, (moments, metrics)."""
    table = windows.windows(daily, at, [length_ns])
    place = {name.split(":")[0]: n for n, name in enumerate(table.names) if _is_mean(name)}
    return table.values[:, [place[name] for name in metrics]]


def _is_mean(name: str) -> bool:
    return name.split(":")[-2] == "mean"


def _bare(recording: Recording) -> Recording:
    empty = Log.empty()
    return replace(
        recording,
        last=None,
        low=None,
        high=None,
        deviation=None,
        events=empty,
        maintenance=empty,
        failures=empty,
        traits=None,
        trait_names=(),
    )
