"""What anybody could say without a model: every figure is told beside theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.evaluation import split
from models.evaluation.dataset import Dataset
from models.evaluation.grid import Grid
from models.evaluation.span import FUTURE, Span
from models.features import windows
from models.forecasters.forecaster import Target
from models.recording import Log, Moments, Recording

ALWAYS, PERSISTENCE = "always_alarm", "persistence"
CONSTANT, BUDGET = "constant_life", "usage_budget"
TAIL = 0.1
"""On each side of an interval of 80 %."""


def change(recording: Recording, train: Span) -> Floats:
    """Persistence for anomalies: how far each row is from the one before, in usual steps, (rows,).

    The largest over the metrics; a unit's first row did not change.
    """
    score = np.zeros(len(recording))
    same = np.diff(recording.unit) == 0
    learned = train.holds(recording.moments)[1:] & same
    for values in recording.values.T:
        step = np.abs(np.diff(values))
        known = step[learned & np.isfinite(step)]
        usual = float(np.mean(known)) if len(known) else 0.0
        if usual > 0:
            score[1:] = np.fmax(score[1:], np.where(same, step / usual, 0.0))
    return score


@dataclass(frozen=True)
class Said:
    """What a baseline says of moments, like a forecaster."""

    score: Floats
    modes: Floats
    """(moments, modes)"""


def always(moments: int, modes: int) -> Said:
    """Somebody is needed, everywhere and all the time."""
    return Said(np.ones(moments), np.ones((moments, modes)))


def recently(dataset: Dataset, grid: Grid, horizon_ns: int, modes: tuple[str, ...]) -> Said:
    """Persistence for faults: what was seen in the horizon before comes in the one ahead."""
    recording = dataset.recording
    if dataset.label is not None and grid.row is not None:
        known = _known(dataset, grid, horizon_ns)
        return Said(known, np.repeat(known[:, None], len(modes), axis=1))
    logs = (recording.failures, recording.events)
    any_of = _count_before(logs, grid.at, horizon_ns, None)
    each = [_count_before(logs, grid.at, horizon_ns, mode) > 0 for mode in modes]
    table = np.column_stack(each).astype(np.float64) if each else np.zeros((len(grid), 0))
    return Said(any_of / (1 + any_of), table)


def age(dataset: Dataset, grid: Grid, train: Span, modes: int) -> Said:
    """The usage budget for faults: the longer since the last repair or failure, the likelier."""
    recording = dataset.recording
    first, last = split.extent(recording)
    since = first[grid.at.unit].astype(np.float64)
    for log in (recording.failures, recording.maintenance):
        since = np.maximum(since, _latest(log, grid.at))
    passed = grid.at.time_ns - since
    lifetimes = np.minimum(last, train.end) - first
    usual = max(float(np.median(lifetimes[train.units])), 1.0) if train.units.any() else 1.0
    score = np.clip(passed / usual, 0.0, 1.0)
    return Said(score, np.repeat(score[:, None], modes, axis=1))


@dataclass(frozen=True)
class Lives:
    """What a baseline says is left; all of shape (moments,)."""

    remaining: Floats
    lower: Floats
    upper: Floats


def lives(
    dataset: Dataset, learn: Grid, target: Target, ask: Grid, cap: float | None
) -> dict[str, Lives]:
    """Say what is left by the mean, by a constant life, and by the usage that lives took."""
    known = np.isfinite(target.values[:, 0]) & ~target.censored
    left = target.values[known, 0]
    learned = learn.only(known)
    if not len(left):
        return {}
    limit = np.inf if cap is None else cap
    uncapped = left < limit
    if not uncapped.any():
        uncapped = np.ones(len(left), dtype=np.bool_)
    learned, kept = learned.only(uncapped), left[uncapped]
    unit, life = _whole_lives(dataset, learned, kept)
    mean = np.full(len(ask), float(left.mean()))
    said = {PERSISTENCE: Lives(mean, *(mean * 0 + np.quantile(left, q) for q in (TAIL, 1 - TAIL)))}
    said[CONSTANT] = _constant(dataset, unit, life, ask)
    said[BUDGET] = _budget(dataset, unit, life, learned, ask) or said[CONSTANT]
    return {
        name: Lives(*(np.clip(each, 0.0, limit) for each in (of.remaining, of.lower, of.upper)))
        for name, of in said.items()
    }


def _whole_lives(dataset: Dataset, learned: Grid, left: Floats) -> tuple[Ints, Floats]:
    """Each unit's whole life as its last moment tells it."""
    unit = learned.at.unit
    last = np.concatenate((np.diff(unit) != 0, [True]))
    return unit[last], elapsed(dataset, learned)[last] + left[last]


def elapsed(dataset: Dataset, grid: Grid) -> Floats:
    """Time since each unit was first heard of or last failed, in the own unit, (moments,)."""
    first, _ = split.extent(dataset.recording)
    began = np.maximum(first[grid.at.unit], _latest(dataset.recording.failures, grid.at))
    return (grid.at.time_ns - began) / dataset.clock.own_ns


def _constant(dataset: Dataset, unit: Ints, life: Floats, ask: Grid) -> Lives:
    """The mean life of units with the same traits, of all where there are none."""
    traits = dataset.recording.traits
    low, high = np.quantile(life, [TAIL, 1 - TAIL])
    table = np.tile([life.mean(), low, high], (len(dataset.recording.units), 1))
    if traits is not None and len(traits):
        for number in np.unique(ask.at.unit):
            alike = (np.nan_to_num(traits[unit]) == np.nan_to_num(traits[number])).all(axis=1)
            if alike.any():
                of = life[alike]
                table[number] = [of.mean(), *np.quantile(of, [TAIL, 1 - TAIL])]
    gone = elapsed(dataset, ask)
    mean, low, high = (table[ask.at.unit] - gone[:, None]).T
    return Lives(mean, low, high)


def _budget(dataset: Dataset, unit: Ints, life: Floats, learned: Grid, ask: Grid) -> Lives | None:
    """The metric whose sum over a life differs least between lives says how much is used up."""
    if ask.row is None or learned.row is None or len(unit) < 2:  # noqa: PLR2004 - a spread
        return None
    last = np.concatenate((np.diff(learned.at.unit) != 0, [True]))
    rows = learned.row[last]
    stretch = life / np.maximum(elapsed(dataset, learned)[last], 1e-12)
    best: tuple[float, Floats, Floats] | None = None
    for values in dataset.recording.values.T:
        used = _used(dataset.recording, values)
        total = used[rows] * stretch
        if (total > 0).all() and (best is None or total.std() / total.mean() < best[0]):
            best = (float(total.std() / total.mean()), used[ask.row], total)
    if best is None:
        return None
    _, used, total = best
    gone = elapsed(dataset, ask)
    rate = np.where(gone > 0, used / np.where(gone > 0, gone, 1.0), np.nan)
    rate = np.where(rate > 0, rate, total.mean() / life.mean())
    low, high = np.quantile(total, [TAIL, 1 - TAIL])
    return Lives(*((budget - used) / rate for budget in (float(total.mean()), low, high)))


def _used(recording: Recording, values: Floats) -> Floats:
    """Running sum of a metric over each unit's time; what is negative or missing adds nothing."""
    step = np.diff(recording.time_ns, prepend=recording.time_ns[:1]) / recording.step_ns
    same = np.concatenate(([False], np.diff(recording.unit) == 0))
    added = np.where(same, np.nan_to_num(np.maximum(values, 0.0)) * step, 0.0)
    running = np.cumsum(added)
    starts = np.flatnonzero(~same)
    return np.asarray(running - running[starts][np.cumsum(~same) - 1], dtype=np.float64)


def _known(dataset: Dataset, grid: Grid, horizon_ns: int) -> Floats:
    """The label a horizon ago, the last that can be known; 0 before any."""
    label = dataset.label if dataset.label is not None else np.zeros(0)
    earlier = Moments(grid.at.unit, grid.at.time_ns - horizon_ns)
    row = windows.rows_until(dataset.recording.moments, earlier) - 1
    has = (row >= 0) & (dataset.recording.unit[np.maximum(row, 0)] == grid.at.unit)
    return np.where(has, np.nan_to_num(label[np.maximum(row, 0)]), 0.0)


def _count_before(logs: tuple[Log, ...], at: Moments, span_ns: int, code: str | None) -> Floats:
    found = np.zeros(len(at))
    for log in logs:
        chosen = log if code is None else log.only(_is(log, code))
        if len(chosen):
            entries = Moments(chosen.unit, chosen.time_ns)
            before = windows.rows_until(entries, Moments(at.unit, at.time_ns - span_ns))
            found += windows.rows_until(entries, at) - before
    return found


def _is(log: Log, code: str) -> Bools:
    return np.asarray(log.code == (log.codes.index(code) if code in log.codes else -1))


def _latest(log: Log, at: Moments) -> Floats:
    """When the last entry of each moment's unit was; long ago without one."""
    if not len(log):
        return np.full(len(at), -float(FUTURE))
    row = windows.rows_until(Moments(log.unit, log.time_ns), at) - 1
    has = (row >= 0) & (log.unit[np.maximum(row, 0)] == at.unit)
    return np.where(has, log.time_ns[np.maximum(row, 0)], -float(FUTURE))
