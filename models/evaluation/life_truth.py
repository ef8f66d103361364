"""What was left at each moment: a column, a number a unit, the time to a failure or last row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.evaluation import duration, split, table_file
from models.evaluation.dataset import Dataset
from models.evaluation.document import EvaluationError
from models.evaluation.duration import LAST
from models.evaluation.grid import Grid
from models.evaluation.labels import numbers
from models.evaluation.source import Folders, found
from models.evaluation.span import PAST, Span
from models.evaluation.task import Format, Remaining, Task
from models.features import windows
from models.forecasters.forecaster import Target
from models.recording import Moments

NAME = "remaining"


@dataclass(frozen=True)
class Ends:
    """How much each unit had left at its last row, (units,); NaN if nobody says."""

    left: Floats


def ends(task: Task, dataset: Dataset, test: Span, folders: Folders) -> Ends | None:
    """Read the file that says what units had left at their last row."""
    given = task.remaining
    if given is None or given.path is None:
        return None
    [path] = found(folders, [given.path], "remaining")
    left = np.full(len(dataset.names), np.nan)
    if given.unit is not None:
        return Ends(_by_name(path, given, dataset, left))
    table = table_file.read(path, Format(columns=("left",)), ())
    values = numbers(table.frame.iloc[:, 0])
    units = _asked(given, dataset, test)
    if len(units) != len(values):
        raise EvaluationError(
            f"{path}: holds {len(values)} numbers for {len(units)} units",
            hint="one line a unit of the test part, in their order; or name its `unit` column",
        )
    left[units] = values
    return Ends(left)


def of(
    dataset: Dataset, grid: Grid, span: Span, task: Task, told: Ends | None, *, learning: bool
) -> Target:
    """What is left at each moment, in the recording's own unit of time or the column's.

    Where failures are recorded, a unit without one to come is censored: it lasted at least until
    its last row, or the part's end. What is judged is not known if nothing but its last row tells.
    """
    censored = np.zeros(len(grid), dtype=np.bool_)
    if dataset.remaining is not None and grid.row is not None and _tells(dataset, span, learning):
        left = dataset.remaining[grid.row]
    elif task.failures:
        left, censored = _to_failure(dataset, grid.at, span)
    else:
        left, censored = _to_last_row(dataset, grid.at, span, told)
        if not learning and told is None and task.every == LAST:
            left = np.full(len(grid), np.nan)
    limit = cap(task, dataset.clock.own_ns)
    if limit is None:
        return Target((NAME,), left[:, None], censored)
    return Target((NAME,), np.minimum(left, limit)[:, None], censored & (left < limit))


def _tells(dataset: Dataset, span: Span, learning: bool) -> bool:  # noqa: FBT001 - of `of`
    """Whether to go by the column: runs to learn from that it does not tell ran to their end."""
    column = dataset.remaining if dataset.remaining is not None else np.zeros(0)
    inside = span.holds(dataset.recording.moments)
    return not learning or bool(np.isfinite(column[inside]).any())


def _to_last_row(
    dataset: Dataset, at: Moments, span: Span, told: Ends | None
) -> tuple[Floats, Bools]:
    own, unit = dataset.clock.own_ns, at.unit
    _, last = split.extent(dataset.recording)
    left = (last[unit] - at.time_ns) / own
    if told is not None:
        more = told.left[unit]
        left = left + np.where(np.isnan(more) & ~_has(told, span)[unit], 0.0, more)
    cut = last[unit] >= span.end[unit]
    return np.where(cut, (span.end[unit] - at.time_ns) / own, left), cut


def cap(task: Task, own_ns: int) -> float | None:
    """The cap in the target's unit."""
    if task.cap is None:
        return None
    written = isinstance(task.cap, str) and duration.is_one(task.cap)
    return duration.parse(task.cap, own_ns) / own_ns if written else float(task.cap)


def _to_failure(dataset: Dataset, at: Moments, span: Span) -> tuple[Floats, Bools]:
    recording, own = dataset.recording, dataset.clock.own_ns
    log = recording.failures
    log = log.only(log.time_ns < span.end_or_never[log.unit])
    following = windows.rows_until(Moments(log.unit, log.time_ns), Moments(at.unit, at.time_ns - 1))
    padded_unit = np.append(log.unit, -1)
    padded_time = np.append(log.time_ns, 0)
    fails = padded_unit[following] == at.unit
    _, last = split.extent(recording)
    watched = np.minimum(np.maximum(last, PAST), span.end)[at.unit]
    end = np.where(fails, padded_time[following], watched)
    return (end - at.time_ns) / own, ~fails


def _has(told: Ends, span: Span) -> Bools:
    """Units whose part should have a number: all of a part that has some."""
    some: Bools = np.isfinite(told.left)
    return span.units & bool((some & span.units).any())


def _asked(given: Remaining, dataset: Dataset, test: Span) -> Ints:
    if given.files is None:
        return np.flatnonzero(test.units)
    files = [split.matches(given.files, name) for name in dataset.files]
    rows = np.array(files)[dataset.file]
    return np.unique(dataset.recording.unit[rows])


def _by_name(path: Path, given: Remaining, dataset: Dataset, left: Floats) -> Floats:
    unit = str(given.unit)
    table = table_file.read(path, Format(), [unit])
    column = given.column or next(name for name in table.frame.columns if name != unit)
    table.need([unit, column], "remaining")
    told = dict(zip(table.frame[unit], numbers(table.frame[column]), strict=True))
    for number, (name, here) in enumerate(zip(dataset.names, dataset.recording.units, strict=True)):
        left[number] = told.get(here, told.get(name, np.nan))
    return left
