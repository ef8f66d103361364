"""Files beside the readings: what happened to units, and what does not change about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from models.arrays import Floats
from models.evaluation import source, table_file
from models.evaluation.clock import MISSING, Clock
from models.evaluation.notes import Notes
from models.evaluation.source import Folders
from models.evaluation.table_file import Table
from models.evaluation.task import LogFile, Task, Traits

ENTRIES = ["unit", "time", "code"]
ONLY = "\0only"
"""The unit of entries that name none: right where there is one unit."""


def entries(files: Sequence[LogFile], what: str, task: Task, folders: Folders) -> pd.DataFrame:
    """All entries of one kind as texts: unit, time, code."""
    frames = [
        _entries(path, form, what, task)
        for form in files
        for path in source.found(folders, [form.path], what)
    ]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ENTRIES})
    return pd.concat(frames, ignore_index=True)


def placed(
    rows: pd.DataFrame, clock: Clock, what: str, notes: Notes
) -> tuple[pd.DataFrame, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Entries that have a unit and a readable time, and those times in nanoseconds."""
    time_ns = clock.read(rows["time"])
    good = (time_ns != MISSING) & rows["unit"].notna().to_numpy() & rows["code"].notna().to_numpy()
    notes.count(int((~good).sum()), f"{what} without a unit, code or readable time were left out")
    return rows[good].reset_index(drop=True), time_ns[good]


def traits(
    given: Traits, units: Sequence[str], task: Task, folders: Folders, notes: Notes
) -> tuple[Floats, tuple[str, ...]]:
    """Traits of units in their order, (units, traits); texts become their rank, NaN if unknown."""
    unit = given.unit or (task.unit.column if task.unit else None) or "unit"
    [path] = source.found(folders, [given.path], "units")
    table = table_file.read(path, given, [unit])
    table.need([unit, *(given.traits or ())], "units")
    frame = table.frame.drop_duplicates(unit, keep="last").set_index(unit)
    names = given.traits or tuple(frame.columns)
    missing = sum(name not in frame.index for name in units)
    notes.count(missing, f"units are not in {path.name}: nothing is known of their traits")
    columns = [_numbers(frame[name]).reindex(list(units)).to_numpy(np.float64) for name in names]
    return np.column_stack(columns) if columns else np.empty((len(units), 0)), names


def names(given: LogFile, task: Task, folders: Folders) -> set[str]:
    """The units that a file names."""
    unit = given.unit or (task.unit.column if task.unit else None) or "unit"
    [path] = source.found(folders, [given.path], "units")
    table = table_file.read(path, given, [unit])
    table.need([unit], "units")
    return set(table.frame[unit].dropna().astype(str))


def _entries(path: Path, form: LogFile, what: str, task: Task) -> pd.DataFrame:
    said = form.unit or (task.unit.column if task.unit else None)
    unit = said or "unit"
    time = form.time or (task.time.column if task.time else None) or "time"
    texts = [unit, time, *([form.code] if form.code else [])]
    table = table_file.read(path, form, texts)
    if said is None and unit not in table.frame:
        table.frame[unit] = ONLY
    _check(table, what, unit=unit, time=time, code=form.code)
    code = table.frame[form.code] if form.code else what.removesuffix("s")
    return pd.DataFrame({"unit": table.frame[unit], "time": table.frame[time], "code": code})


def _check(table: Table, what: str, *, unit: str, time: str, code: str | None) -> None:
    table.need([unit], f"{what}: unit")
    table.need([time], f"{what}: time")
    table.need([code] if code else [], f"{what}: code")


def _numbers(column: pd.Series[str]) -> pd.Series[float]:
    numbers = pd.to_numeric(column, errors="coerce")
    if numbers.notna().sum() == column.notna().sum():
        return numbers
    codes, _ = pd.factorize(column, sort=True)
    return pd.Series(np.where(codes < 0, np.nan, codes), index=column.index)
