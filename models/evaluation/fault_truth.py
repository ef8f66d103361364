"""Whether a fault follows each moment within the horizon, as far as a part may know it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.evaluation import split
from models.evaluation.dataset import Dataset
from models.evaluation.grid import Grid
from models.evaluation.span import FUTURE, Span
from models.evaluation.vus import segments
from models.features import windows
from models.forecasters.forecaster import Target
from models.recording import Log, Moments

LABEL = "fault"


@dataclass(frozen=True)
class Truth:
    """Of the moments of a grid; NaN where nobody knows."""

    any: Floats
    """(moments,)"""
    modes: Floats
    """(moments, names)"""
    names: tuple[str, ...]

    @property
    def target(self) -> Target:
        """As forecasters are shown it."""
        return Target(self.names, self.modes, np.zeros(len(self.any), dtype=np.bool_))


def modes(dataset: Dataset, train: Span) -> tuple[str, ...]:
    """What can fail, as far as the training part shows it."""
    if dataset.label is not None:
        return (LABEL,)
    failures = _within(dataset.recording.failures, train)
    return tuple(failures.codes[code] for code in np.unique(failures.code))


def of(dataset: Dataset, grid: Grid, horizon_ns: int, span: Span, names: tuple[str, ...]) -> Truth:
    """What follows each moment, from what is recorded before the part ends.

    A window that is not wholly observed and holds no failure is not known to hold none.
    """
    until = _observed(dataset, span)
    if dataset.label is not None and grid.row is not None:
        cut = grid.at.time_ns + horizon_ns > span.end[grid.at.unit]
        told = np.where(cut, np.nan, dataset.label[grid.row])
        return Truth(told, told[:, None], names)
    failures = _within(dataset.recording.failures, span)
    found = _follows(failures, grid.at, horizon_ns)
    whole = grid.at.time_ns + horizon_ns <= until[grid.at.unit]
    each = [_follows(_of_mode(failures, name), grid.at, horizon_ns) for name in names]
    table = np.column_stack(each) if each else np.zeros((len(grid), 0), dtype=np.bool_)
    return Truth(
        np.where(whole | found, found, np.nan),
        np.where(whole[:, None] | table, table, np.nan),
        names,
    )


def failures(dataset: Dataset, grid: Grid, truth: Truth, span: Span) -> Moments:
    """When a part's units failed; where labels are all there is, when each run of them ends."""
    if dataset.label is None:
        log = dataset.recording.failures
        inside = span.holds(Moments(log.unit, log.time_ns))
        once = np.unique(np.column_stack([log.unit, log.time_ns])[inside], axis=0)
        return Moments(once[:, 0], once[:, 1])
    found = []
    for unit in np.unique(grid.at.unit):
        rows = np.flatnonzero(grid.at.unit == unit)
        _, after = segments(truth.any[rows] == 1)
        found += [(unit, grid.at.time_ns[rows[end - 1]] + 1) for end in after]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return Moments(pairs[:, 0], pairs[:, 1])


def _follows(log: Log, at: Moments, horizon_ns: int) -> Bools:
    """Whether an entry lies after each moment, at most a horizon later."""
    if not len(log):
        return np.zeros(len(at), dtype=np.bool_)
    entries = Moments(log.unit, log.time_ns)
    until = windows.rows_until(entries, Moments(at.unit, at.time_ns + horizon_ns))
    found: Bools = until > windows.rows_until(entries, at)
    return found


def _within(log: Log, span: Span) -> Log:
    return log.only(log.time_ns < span.end_or_never[log.unit])


def _of_mode(log: Log, name: str) -> Log:
    return log.only(np.array(log.codes)[log.code] == name) if len(log) else log


def _observed(dataset: Dataset, span: Span) -> Ints:
    """Until when each unit was watched, (units,); at most until the part ends."""
    recording = dataset.recording
    _, last = split.extent(recording)
    last = np.minimum(last, FUTURE - recording.step_ns) + (
        recording.step_ns if len(recording) else 0
    )
    for log in (recording.events, recording.maintenance, recording.failures):
        np.maximum.at(last, log.unit, log.time_ns)
    return np.minimum(last, span.end)
