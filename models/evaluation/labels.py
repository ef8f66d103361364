"""What is true of each row, as a task says it: a column of 0 and 1, or intervals in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from models.arrays import Bools, Floats, Ints
from models.evaluation import source, table_file
from models.evaluation.clock import Clock
from models.evaluation.document import EvaluationError
from models.evaluation.notes import Notes
from models.evaluation.source import Folders
from models.evaluation.task import Format, Label

YES = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}


@dataclass(frozen=True)
class Rows:
    """Which unit, file and time each row is of; arrays of shape (rows,)."""

    units: Sequence[str]
    unit: Ints
    files: Sequence[str]
    file: Ints
    time_ns: Ints


def numbers(column: pd.Series[str]) -> Floats:
    """Numbers of a column, true and false among them; NaN where there is none."""
    if column.dtype == object or pd.api.types.is_string_dtype(column):
        words = column.astype(str).str.strip().str.lower().map(YES)
        return pd.to_numeric(column, errors="coerce").fillna(words).to_numpy(np.float64)
    return column.to_numpy(np.float64)


def of_column(column: pd.Series[str], name: str) -> Floats:
    """0, 1 or NaN (not known) for each row."""
    found = numbers(column)
    if column.notna().any() and not np.isfinite(found).any():
        some = ", ".join(repr(each) for each in column.dropna().unique()[:5])
        raise EvaluationError(
            f"label: column {name!r} holds {some}", hint="a label is 0 (healthy) or 1"
        )
    return np.where(np.isfinite(found), (found > 0).astype(np.float64), np.nan)


def of_intervals(given: Label, rows: Rows, clock: Clock, folders: Folders, notes: Notes) -> Floats:
    """1 for rows in an interval, ends included, 0 for all others."""
    [path] = source.found(folders, [str(given.path)], "label")
    pairs = _of_json(path) if path.suffix == ".json" else _of_table(path, given)
    found = np.zeros(len(rows.unit))
    unknown = set()
    for name, begin, end in pairs:
        chosen = _rows_of(name, rows)
        if not chosen.any():
            unknown.add(name)
        inside = (rows.time_ns >= _instant(clock, begin, path)) & (
            rows.time_ns <= _instant(clock, end, path)
        )
        found[chosen & inside] = 1.0
    notes.count(len(unknown), f"names in {path.name} are of no unit here")
    return found


def _instant(clock: Clock, given: str, path: Path) -> int:
    try:
        return clock.instant(given)
    except ValueError as error:
        raise EvaluationError(f"{path}: {error}") from error


def _of_json(path: Path) -> Iterator[tuple[str, str, str]]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path}: not readable as JSON: {error}") from error
    if not isinstance(held, Mapping):
        raise EvaluationError(f"{path}: expected an object of file or unit to [[from, until], ...]")
    for name, intervals in held.items():
        for interval in intervals:
            if not isinstance(interval, list) or len(interval) != 2:  # noqa: PLR2004 - two ends
                raise EvaluationError(f"{path}: {name}: expected pairs [from, until]")
            yield str(name), interval[0], interval[1]


def _of_table(path: Path, given: Label) -> Iterator[tuple[str, str, str]]:
    columns = [given.unit, given.from_, given.until]
    table = table_file.read(path, Format(), columns)
    table.need(columns, "label")
    for unit, begin, end in table.frame[columns].dropna().itertuples(index=False):
        yield str(unit), begin, end


def _rows_of(name: str, rows: Rows) -> Bools:
    """Rows of a unit, or of a file, of that name."""
    if name in rows.units:
        return np.asarray(rows.unit == rows.units.index(name))
    files = [number for number, file in enumerate(rows.files) if _same_file(name, file)]
    return np.isin(rows.file, files)


def _same_file(name: str, file: str) -> bool:
    asked, there = (PurePosixPath(each.removesuffix(".gz")).parts for each in (name, file))
    length = min(len(asked), len(there))
    return asked[-length:] == there[-length:]
