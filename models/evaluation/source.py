"""Rows of a task's reading files, put together: unit, time and columns as they were read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from models.evaluation import table_file
from models.evaluation.document import EvaluationError
from models.evaluation.notes import Notes
from models.evaluation.table_file import Table
from models.evaluation.task import Task

Folders = Sequence[Path]
"""Where files are looked for, the first before the others."""
UNIT, FILE, TIME = "\0unit", "\0file", "\0time"
"""Columns that no file can have."""


@dataclass(frozen=True)
class Source:
    """All rows of all files, in the order read, with `UNIT`, `FILE` and perhaps `TIME`."""

    frame: pd.DataFrame
    files: tuple[str, ...]
    """Paths under the folder; `FILE` holds positions in them."""


def found(folders: Folders, patterns: Sequence[str], what: str) -> list[Path]:
    """Find files by paths and patterns, each once, in natural order within a pattern."""
    paths: list[Path] = []
    for pattern in patterns:
        hits = next(filter(None, (_in_folder(each, pattern) for each in folders)), None)
        if not hits:
            raise EvaluationError(
                f"{what}: there is no file {folders[0] / pattern}",
                hint="paths start from the task's folder, its `folder:` key, or --data FOLDER",
            )
        paths += [each for each in hits if each not in paths]
    return paths


def _in_folder(folder: Path, pattern: str) -> list[Path]:
    exact = folder / pattern
    return [exact] if exact.is_file() else _globbed(folder, pattern)


def natural(name: str) -> list[tuple[int, str]]:
    """Order names with numbers as people do: 2 before 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def read(task: Task, folders: Folders, notes: Notes) -> Source:
    """Read all reading files of a task."""
    paths = found(folders, task.readings, "readings")
    names = _under(paths, folders[0])
    called = _stems(names)
    frames = []
    for number, (path, stem) in enumerate(zip(paths, called, strict=True)):
        frame = _one(path, task, stem, notes)
        frame[FILE] = number
        frames.append(frame)
    whole = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    if not len(whole):
        raise EvaluationError(f"{paths[0]}: there are no rows in any of the reading files")
    return Source(whole, tuple(names))


def _one(path: Path, task: Task, stem: str, notes: Notes) -> pd.DataFrame:
    unit = task.unit.column if task.unit else None
    time = task.time.column if task.time else None
    table = table_file.read(path, task, [each for each in (unit, time) if each])
    for note in table.notes:
        notes.add(note)
    _check(table, task)
    frame = table.frame
    if not len(frame):
        notes.add(f"{path.name}: has a header and no rows")
    frame[UNIT] = stem if unit is None else frame[unit]
    if unit is not None and task.unit and task.unit.file:
        frame[UNIT] = stem + "/" + frame[unit]
    if time is not None:
        frame[TIME] = frame[time]
    without = frame[UNIT].isna()
    notes.count(int(without.sum()), f"rows of {path.name} name no unit and were left out")
    return frame[~without]


def _check(table: Table, task: Task) -> None:
    if task.unit and task.unit.column:
        table.need([task.unit.column], "unit")
    if task.time:
        table.need([task.time.column], "time")
    table.need(task.metrics or (), "metrics")
    context = task.context
    table.need(context if isinstance(context, tuple) else sum(context.values(), ()), "context")


def _globbed(folder: Path, pattern: str) -> list[Path]:
    if Path(pattern).is_absolute():
        return []
    hits = [each for each in folder.glob(pattern) if each.is_file()]
    return sorted(hits, key=lambda each: natural(str(each)))


def _under(paths: Sequence[Path], folder: Path) -> list[str]:
    return [
        (each.relative_to(folder) if each.is_relative_to(folder) else each).as_posix()
        for each in paths
    ]


def _stems(names: Sequence[str]) -> list[str]:
    """Name files by their stem; where two collide all by their path under the common folder."""
    stems = [_stem(PurePosixPath(name).name) for name in names]
    if max(Counter(stems).values(), default=0) <= 1:
        return stems
    parts = [PurePosixPath(name).parts for name in names]
    common = 0
    while len({each[: common + 1] for each in parts}) == 1:
        common += 1
    return ["/".join((*each[common:-1], _stem(each[-1]))) for each in parts]


def _stem(name: str) -> str:
    return re.sub(r"(\.(csv|txt|tsv|dat))?(\.gz)?$", "", name, flags=re.IGNORECASE)


def told_apart(source: Source, time_ns: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    """Whether files hold different units of one name: their times lie over each other."""
    keys = pd.DataFrame({"unit": source.frame[UNIT], "file": source.frame[FILE], "time": time_ns})
    spans = keys.groupby(["unit", "file"], sort=False)["time"].agg(["min", "max"]).reset_index()
    spans = spans.sort_values(["unit", "min"])
    same = spans["unit"].to_numpy()[1:] == spans["unit"].to_numpy()[:-1]
    return bool((same & (spans["min"].to_numpy()[1:] <= spans["max"].to_numpy()[:-1])).any())
