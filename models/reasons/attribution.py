"""What moved a forecast: the groups of features whose usual values would change it most.

A group is all that is asked of one metric or one code, over every window. Each group in turn is
set to what is usual; one call of the model for all groups shows what each of them adds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats, Ints
from models.features.table import Table
from models.forecasters.fault import FaultForecaster
from models.forecasters.forecaster import Forecaster
from models.recording import Log, Moments, Recording

LOGS = frozenset({"event", "pair", "repair", "failure", "switch", "trait"})
"""Kinds of features whose second word names what they are about."""
MOST = 3
LEAST_ODDS = 0.05
"""A group that changes the logarithm of the odds by less has moved nothing."""
LEAST_SHARE = 0.05
"""Likewise one that adds less than this share of what the first one adds to a score."""
EARLIER = 8
"""Earlier moments of the unit whose median is what is usual for it."""
FEWEST_EARLIER = 3
EARLY = 3
"""The beginning of a unit is the first one of so many parts of what is known of it."""


@dataclass(frozen=True)
class Attribution:
    """One group of features, and what it adds: to the logarithm of the odds, or to a score."""

    group: str
    """The metric, or the kind and the code: `event:E5`."""
    added: float


def group_of(name: str) -> str:
    """Name the group of a feature called `<metric>:<statistic>:<length>` or `event:<code>:...`."""
    words = name.split(":")
    return ":".join(words[:2]) if words[0] in LOGS else words[0]


def attribute(
    probability: Callable[[Floats], Floats], names: Sequence[str], values: Floats, usual: Floats
) -> list[Attribution]:
    """Groups that raise the probability of `values` over that with `usual`, the most first.

    Both of shape (features,); `probability` takes (rows, features) and is called once.
    """
    groups = np.array([group_of(name) for name in names])
    distinct = [str(name) for name in dict.fromkeys(groups)]
    rows = np.repeat(values[None, :], 1 + len(distinct), axis=0)
    for number, group in enumerate(distinct, 1):
        rows[number, groups == group] = usual[groups == group]
    odds = _log_odds(probability(rows))
    added = [
        Attribution(group, float(odds[0] - without))
        for group, without in zip(distinct, odds[1:], strict=True)
    ]
    moved = [each for each in added if each.added >= LEAST_ODDS]
    return sorted(moved, key=lambda each: -each.added)[:MOST]


def of_fault(
    forecaster: FaultForecaster, recording: Recording, unit: int, time_ns: int
) -> list[Attribution]:
    """What moved the forecast of one unit at one moment, against its own earlier days.

    A unit with too little behind it is held against the other units at the same moment.
    """
    learned = forecaster.learned
    if learned is None or learned.risk is None:
        return []
    here = Moments(np.array([unit]), np.array([time_ns]))
    values = _columns(learned.precursors.table(recording, here), learned.names)
    before = _before(recording, unit, time_ns, forecaster.horizon_ns)
    usual = _columns(learned.precursors.table(recording, before), learned.names)
    return attribute(learned.risk.probability, learned.names, values[0], _median(usual))


def of_forecast(
    forecaster: Forecaster, recording: Recording, unit: int, time_ns: int
) -> list[Attribution]:
    """Metrics that raise any forecaster's score of one unit at one moment, the most first.

    One call: the unit stands beside copies of itself, and in each one metric repeats its own
    beginning. What a copy's score lacks is what the metric adds, in the score's own measure.
    """
    rows = np.flatnonzero((recording.unit == unit) & (recording.time_ns <= time_ns))
    early = rows[: max(len(rows) // EARLY, 1)]
    if not len(rows):
        return []
    count = 1 + len(recording.metrics)
    copies = _copies(recording, unit, rows, count)
    for number in range(len(recording.metrics)):
        mine = slice((number + 1) * len(rows), (number + 2) * len(rows))
        copies.values[mine, number] = np.resize(recording.values[early, number], len(rows))
    at = Moments(np.arange(count), np.full(count, time_ns, dtype=np.int64))
    score = forecaster.score(copies, at)["score"].to_numpy(np.float64)
    added = [
        Attribution(name, float(score[0] - without))
        for name, without in zip(recording.metrics, score[1:], strict=True)
        if score[0] > without
    ]
    most = max((each.added for each in added), default=0.0)
    moved = [each for each in added if each.added >= LEAST_SHARE * most]
    return sorted(moved, key=lambda each: -each.added)[:MOST]


def _copies(recording: Recording, unit: int, rows: Ints, count: int) -> Recording:
    """Repeat one unit, with all that is known of it, as units of their own."""
    number = np.arange(count, dtype=np.int64)
    traits = recording.traits
    return replace(
        recording,
        units=tuple(f"{recording.units[unit]} {each}" for each in number),
        unit=np.repeat(number, len(rows)),
        time_ns=np.tile(recording.time_ns[rows], count),
        values=np.tile(recording.values[rows], (count, 1)),
        last=None,
        low=None,
        high=None,
        deviation=None,
        events=_of_each(recording.events, unit, count),
        maintenance=_of_each(recording.maintenance, unit, count),
        failures=_of_each(recording.failures, unit, count),
        traits=None if traits is None else np.repeat(traits[[unit]], count, axis=0),
    )


def _of_each(log: Log, unit: int, count: int) -> Log:
    own = log.only(log.unit == unit)
    number = np.repeat(np.arange(count, dtype=np.int64), len(own))
    return Log(number, np.tile(own.time_ns, count), np.tile(own.code, count), log.codes)


def _before(recording: Recording, unit: int, time_ns: int, horizon_ns: int) -> Moments:
    rows = recording.time_ns[recording.unit == unit]
    begin = int(rows.min()) if len(rows) else time_ns
    times = time_ns - horizon_ns * np.arange(1, EARLIER + 1, dtype=np.int64)
    times = times[times > begin]
    if len(times) >= FEWEST_EARLIER:
        return Moments(np.full(len(times), unit, dtype=np.int64), times)
    others = np.arange(len(recording.units), dtype=np.int64)
    return Moments(others, np.full(len(others), time_ns, dtype=np.int64))


def _columns(table: Table, names: Sequence[str]) -> Floats:
    return np.column_stack([table.column(name) for name in names])


def _median(rows: Floats) -> Floats:
    """Of each feature where known; missing where it is missing in all rows."""
    known = np.isfinite(rows).any(axis=0)
    usual = np.full(rows.shape[1], np.nan)
    usual[known] = np.nanmedian(rows[:, known], axis=0)
    return usual


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    found: Floats = np.log(clipped) - np.log1p(-clipped)
    return found
