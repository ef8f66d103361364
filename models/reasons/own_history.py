"""How far a metric is from what the same unit did before: where no model says what explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from models.arrays import Floats, Ints
from models.reasons.departure import DAY_NS, EPOCH, Departure
from models.recording import Recording

FEWEST = 24
"""Earlier rows that say what is usual."""
STILL = 0.5
"""Days that are at least by this share of the last one's departure away belong to it."""


def told(
    metrics: Sequence[str],
    explained: Mapping[str, Departure],
    recording: Recording,
    where: tuple[int, int],
) -> tuple[Departure, ...]:
    """Departures of metrics of a unit at an instant: as a model explains them, or by its past.

    Left out is what cannot be told by its level: a metric that only wavers more has no words.
    """
    found = [
        explained.get(metric) or departure(recording, where[0], metric, where[1])
        for metric in metrics
    ]
    return tuple(
        each for each in found if each and abs(each.observed - each.expected) >= each.spread
    )


def departure(recording: Recording, unit: int, metric: str, time_ns: int) -> Departure | None:
    """Compare the day up to `time_ns` with what was before; None where too little is known."""
    rows = (recording.unit == unit) & (recording.time_ns <= time_ns)
    values, times = recording.column(metric)[rows], recording.time_ns[rows]
    known = np.isfinite(values)
    values, age = values[known], (time_ns - times[known]) // DAY_NS
    now, before = values[age == 0], values[age > 0]
    if not len(now) or len(before) < FEWEST:
        return None
    usual, spread = _usual(before)
    observed = float(now.mean())
    return Departure(
        metric=metric,
        observed=observed,
        expected=usual,
        spread=spread,
        since=_instant(time_ns + 1 - DAY_NS * _days(values, age, usual, observed)),
        excess=abs(observed - usual) / spread if spread > 0 else 1.0,
    )


def _usual(values: Floats) -> tuple[float, float]:
    """Middle and spread, which a few odd hours do not move."""
    middle = float(np.median(values))
    return middle, float(1.4826 * np.median(np.abs(values - middle)))


def _days(values: Floats, age: Ints, usual: float, observed: float) -> int:
    """How many days in turn, counted back from the last one, are that far away."""
    count = int(age.max()) + 1
    sums = np.bincount(age, values - usual, count)
    seen = np.bincount(age, minlength=count)
    mean = sums / np.maximum(seen, 1)
    away = (mean * np.sign(observed - usual) >= STILL * abs(observed - usual)) | (seen == 0)
    back = np.flatnonzero(~away)
    last = int(back[0]) if len(back) else count
    return max(last, 1)


def _instant(time_ns: int) -> datetime:
    return EPOCH + timedelta(microseconds=time_ns // 1000)
