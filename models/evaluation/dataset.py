"""A task's recording with all that only the evaluation may know of it: labels, lives, texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.arrays import Bools, Floats, Ints
from models.evaluation import beside, duration, labels, metrics, source
from models.evaluation.clock import MISSING, Clock
from models.evaluation.document import EvaluationError
from models.evaluation.notes import Notes
from models.evaluation.source import FILE, TIME, UNIT, Folders, Source
from models.evaluation.table_file import Table
from models.evaluation.task import LogFile, Task
from models.recording import HOUR_NS, Description, Log, Recording, usual_step


@dataclass(frozen=True)
class Dataset:
    """Arrays beside `recording`'s rows have shape (rows,), in its order."""

    recording: Recording
    clock: Clock
    names: tuple[str, ...]
    """What the files call each unit."""
    files: tuple[str, ...]
    file: Ints
    """Position in `files`."""
    text: NDArray[np.object_]
    """Times as they were read."""
    label: Floats | None = None
    """1, 0 or NaN where nobody knows."""
    remaining: Floats | None = None
    """As the task's column says it."""


def read(task: Task, folders: Folders, notes: Notes) -> Dataset:
    """Read everything that a task names, under `folder`."""
    logs = {
        name: beside.entries(files, name, task, folders)
        for name, files in (
            ("events", task.events),
            ("maintenance", task.maintenance),
            ("failures", task.failures),
        )
    }
    dataset = _of_readings(task, folders, notes) if task.readings else _of_logs(task, logs, folders)
    told = {name: _log(rows, name, dataset, notes) for name, rows in logs.items()}
    recording = replace(
        dataset.recording,
        events=told["events"],
        maintenance=told["maintenance"],
        failures=told["failures"],
    )
    if task.units:
        values, names = beside.traits(task.units, dataset.names, task, folders, notes)
        recording = replace(recording, traits=values, trait_names=names)
    return replace(dataset, recording=recording)


def _of_readings(task: Task, folders: Folders, notes: Notes) -> Dataset:
    whole = source.read(task, folders, notes)
    clock, time_ns = _times(whole, task)
    readable = time_ns != MISSING
    notes.count(int((~readable).sum()), "rows without a readable time were left out")
    if not readable.any():
        raise EvaluationError(
            f"time: no row of column {task.time.column if task.time else '?'!r} is readable",
            hint=f"the first reads {clock.example!r}",
        )
    apart = bool(task.split_files) and source.told_apart(whole, time_ns)
    order, unit, units, names = _ordered(whole, time_ns, readable, notes, apart=apart)
    frame = whole.frame.iloc[order]
    columns = metrics.names(frame, task)
    recording = Recording(
        description=metrics.description(columns, task),
        units=units,
        unit=unit,
        time_ns=time_ns[order],
        values=metrics.values(frame, columns, notes),
        step_ns=max(usual_step(unit, time_ns[order]), 1),
    )
    dataset = Dataset(
        recording=recording,
        clock=clock,
        names=names,
        files=whole.files,
        file=frame[FILE].to_numpy(np.int64),
        text=_texts(frame, clock, recording.time_ns),
    )
    return _with_truth(dataset, frame, task, folders, notes)


def _times(whole: Source, task: Task) -> tuple[Clock, Ints]:
    frame = whole.frame
    if task.time is None:
        step = duration.parse(task.sampling or 1, duration.NS["s"])
        number = np.asarray(frame.groupby([UNIT, FILE], sort=False).cumcount(), dtype=np.int64)
        clock = Clock(duration.NS["s"], numeric=True, unit="s")
        return clock, number * step
    clock = Clock.of(frame[TIME], task.time.unit, task.time.format)
    return clock, clock.read(frame[TIME])


def _ordered(
    whole: Source, time_ns: Ints, readable: Bools, notes: Notes, *, apart: bool
) -> tuple[Ints, Ints, tuple[str, ...], tuple[str, ...]]:
    """Rows to take by unit and time, their units, and what those are called, here and there."""
    name = whole.frame[UNIT].astype(str)
    called = name
    if apart:
        called = (
            pd.Series(whole.files, dtype=object).iloc[whole.frame[FILE]].to_numpy() + "/" + name
        )
        notes.add("files hold different units of one name: each file's are units of their own")
    units = sorted(called[readable].unique(), key=source.natural)
    place = pd.Series(range(len(units)), index=units)
    unit = np.asarray(called.map(place).fillna(-1), dtype=np.int64)
    rows = np.flatnonzero(readable)
    back = np.diff(time_ns[rows]) < 0
    same = np.diff(unit[rows]) == 0
    notes.count(int((back & same).sum()), "times the clock was set back; rows were put in order")
    order = rows[np.lexsort((time_ns[rows], unit[rows]))]
    twin = np.zeros(len(order), dtype=np.bool_)
    twin[:-1] = (np.diff(unit[order]) == 0) & (np.diff(time_ns[order]) == 0)
    notes.count(int(twin.sum()), "rows share unit and time with another; the last one counts")
    order = order[~twin]
    first = pd.Series(name.to_numpy()[order[::-1]], index=unit[order[::-1]])
    names = first[~first.index.duplicated(keep="last")].sort_index()
    return order.astype(np.int64), unit[order], tuple(units), tuple(names)


def _texts(frame: pd.DataFrame, clock: Clock, time_ns: Ints) -> NDArray[np.object_]:
    if TIME in frame:
        return frame[TIME].to_numpy(object)
    return np.array(clock.tell(time_ns), dtype=object)


def _with_truth(
    dataset: Dataset, frame: pd.DataFrame, task: Task, folders: Folders, notes: Notes
) -> Dataset:
    of = dataset.recording
    if task.label and task.label.path:
        rows = labels.Rows(dataset.names, of.unit, dataset.files, dataset.file, of.time_ns)
        label = labels.of_intervals(task.label, rows, dataset.clock, folders, notes)
        dataset = replace(dataset, label=label)
    elif task.label and task.label.column in frame:
        column = str(task.label.column)
        dataset = replace(dataset, label=labels.of_column(frame[column], column))
    elif task.label:
        _withheld(str(task.label.column), frame, notes)
    if task.remaining and not task.remaining.path:
        column = str(task.remaining.column)
        Table(folders[0], frame).need([column], "remaining")
        dataset = replace(dataset, remaining=labels.numbers(frame[column]))
    return dataset


def _withheld(label: str, frame: pd.DataFrame, notes: Notes) -> None:
    """A label may be kept back; one that is misspelt is an error."""
    near = get_close_matches(label, [str(name) for name in frame.columns], 1, 0.8)
    if near:
        raise EvaluationError(
            f"label: there is no column {label!r}", hint=f"did you mean {near[0]!r}?"
        )
    notes.add(f"there is no column {label!r}: nothing is known of what is true")


def _of_logs(task: Task, logs: Mapping[str, pd.DataFrame], folders: Folders) -> Dataset:
    """Nothing was measured; what happened is all there is."""
    times = pd.concat([rows["time"] for rows in logs.values()], ignore_index=True)
    if not len(times):
        raise EvaluationError("events, failures: the files have no entries")
    units = set(pd.concat([rows["unit"] for rows in logs.values()]).dropna().astype(str))
    if task.units:
        named = LogFile(path=task.units.path, unit=task.units.unit)
        units |= beside.names(named, task, folders)
    nothing = np.empty(0, dtype=np.int64)
    ordered = tuple(sorted(units, key=source.natural))
    recording = Recording(
        Description(()), ordered, nothing, nothing, np.empty((0, 0)), step_ns=HOUR_NS
    )
    given = task.time
    clock = Clock.of(times, given.unit, given.format) if given else Clock.of(times)
    return Dataset(recording, clock, ordered, (), nothing, np.empty(0, dtype=object))


def _log(rows: pd.DataFrame, what: str, dataset: Dataset, notes: Notes) -> Log:
    if not len(rows):
        return Log.empty()
    rows, time_ns = beside.placed(rows, dataset.clock, what, notes)
    place = _places(dataset)
    unit = rows["unit"].astype(str).map(place)
    known = unit.notna().to_numpy()
    notes.count(int((~known).sum()), f"{what} are of units without readings and were left out")
    return Log.of(
        np.asarray(unit[known], dtype=np.int64),
        time_ns[known],
        rows["code"][known].astype(str).tolist(),
    )


def _places(dataset: Dataset) -> dict[str, int]:
    """Units by what they are called here, and there if no two are called the same."""
    twice = pd.Series(dataset.names).duplicated(keep=False)
    there = {
        name: number
        for number, (name, many) in enumerate(zip(dataset.names, twice, strict=True))
        if not many
    }
    units = dataset.recording.units
    only = {beside.ONLY: 0} if len(units) == 1 else {}
    return {**there, **only, **{name: number for number, name in enumerate(units)}}
