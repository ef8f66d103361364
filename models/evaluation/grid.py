"""The moments at which a part is judged: rows thinned to a step, the last row, or a clock's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Bools, Ints
from models.evaluation import duration, split
from models.evaluation.dataset import Dataset
from models.evaluation.duration import LAST, ROWS
from models.evaluation.span import PAST, Span
from models.evaluation.task import Length
from models.recording import Log, Moments


@dataclass(frozen=True)
class Grid:
    """Moments, and the row that each is; without readings there are no rows."""

    at: Moments
    row: Ints | None

    def __len__(self) -> int:
        return len(self.at)

    def only(self, chosen: Bools) -> Grid:
        """Take a part of them."""
        return Grid(self.at.only(chosen), None if self.row is None else self.row[chosen])


def of(dataset: Dataset, span: Span, every: Length | None) -> Grid:
    """Moments of a part, by unit and time."""
    if not len(dataset.recording):
        return Grid(_of_clock(dataset, span, every), None)
    rows = np.flatnonzero(span.holds(dataset.recording.moments))
    if every is not None:
        rows = _thinned(dataset, span, rows, every)
    return Grid(dataset.recording.moments.only(rows), rows)


def together(grids: Sequence[Grid]) -> tuple[Grid, Ints]:
    """Moments of several grids by unit and time, and the order that brings them there."""
    unit = np.concatenate([each.at.unit for each in grids])
    time_ns = np.concatenate([each.at.time_ns for each in grids])
    order = np.lexsort((time_ns, unit))
    rows = [each.row for each in grids if each.row is not None]
    row = np.concatenate(rows)[order] if rows else None
    return Grid(Moments(unit[order], time_ns[order]), row), order


def texts(dataset: Dataset, grid: Grid) -> NDArray[np.object_]:
    """The moments' times as the recording writes them."""
    if grid.row is not None:
        return dataset.text[grid.row]
    return np.array(dataset.clock.tell(grid.at.time_ns), dtype=object)


def _thinned(dataset: Dataset, span: Span, rows: Ints, every: Length) -> Ints:
    unit: Ints = dataset.recording.unit[rows]
    if every == LAST:
        last: Bools = np.concatenate((np.diff(unit) != 0, np.ones(min(len(rows), 1), np.bool_)))
        return rows[last]
    first: Bools = np.concatenate((np.ones(min(len(rows), 1), np.bool_), np.diff(unit) != 0))
    match = ROWS.fullmatch(str(every))
    if match:
        number = np.arange(len(rows))
        since: Ints = number - np.maximum.accumulate(np.where(first, number, 0))
        kept: Bools = since % int(match[1]) == 0
        return rows[kept]
    step = max(duration.parse(every, dataset.clock.own_ns), 1)
    cell = (dataset.recording.time_ns[rows] - _anchors(dataset, span)[unit]) // step
    new = first.copy()
    new[1:] |= np.diff(cell) != 0
    return rows[new]


def _anchors(dataset: Dataset, span: Span) -> Ints:
    """Where steps are counted from: the part's beginning, or the unit's first row, (units,)."""
    first, _ = split.extent(dataset.recording)
    return np.where(span.start > PAST, span.start, first)


def _of_clock(dataset: Dataset, span: Span, every: Length | None) -> Moments:
    """Steps from the part's beginning; or the last event of each unit."""
    if every == LAST or every is None:
        return _last_events(dataset.recording.events, span)
    step = max(duration.parse(every, dataset.clock.own_ns), 1)
    first, last = split.extent(dataset.recording)
    begin = np.maximum(span.start, first)
    ends = np.minimum(span.end - 1, last)
    counts = np.where(span.units & (ends >= begin), (ends - begin) // step + 1, 0)
    unit = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return Moments(unit, begin[unit] + number * step)


def _last_events(events: Log, span: Span) -> Moments:
    inside = span.holds(Moments(events.unit, events.time_ns))
    last = np.full(len(span.start), PAST)
    np.maximum.at(last, events.unit[inside], events.time_ns[inside])
    units = np.flatnonzero(last > PAST)
    return Moments(units, last[units])
