"""Recorded files as rows: each appliance's readings and codes, checked, piece by piece.

A cell that cannot be read is refused with its file, line and column.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pandas as pd

from simulator.mapping import Events, Failures, Instant, Readings, Unit
from simulator.mapping_file import MappingError

PIECE_ROWS = 100_000
HEADER_LINES = 1
FIRST_LINE = HEADER_LINES + 1


def readings(path: Path, recorded: Readings, plan_unit: Unit) -> Iterator[pd.DataFrame]:
    """Pieces with columns at (UTC), serial and each metric as float, NaN where not measured."""
    unit = recorded.unit or plan_unit
    columns = [recorded.time.column, *(each.column for each in recorded.metrics.values())]
    for piece in _pieces(path, columns, unit):
        found = _places(piece, path, recorded.time, unit)
        for metric, measured in recorded.metrics.items():
            values = _numbers(piece[measured.column], path)
            found[metric] = values * measured.scale + measured.offset
        yield found


def events(path: Path, recorded: Events, plan_unit: Unit) -> Iterator[pd.DataFrame]:
    """Pieces with columns at (UTC), serial and code as the catalogue calls it."""
    unit = recorded.unit or plan_unit
    for piece in _pieces(path, [recorded.time.column, recorded.code.column], unit):
        found = _places(piece, path, recorded.time, unit)
        shown = piece[recorded.code.column]
        found["code"] = shown.map(recorded.code.names)
        known = ", ".join(recorded.code.names)
        _refuse_first(found["code"].isna(), shown, path, f"expected one of {known}")
        yield found


def failures(path: Path, recorded: Failures, plan_unit: Unit) -> pd.DataFrame:
    """Columns at (UTC) and serial, one row a failure, in order of time."""
    unit = recorded.unit or plan_unit
    marked = recorded.begin_where_ends
    columns = [recorded.time.column, *([marked] if marked else [])]
    parts = []
    for piece in _pieces(path, columns, unit):
        found = _places(piece, path, recorded.time, unit)
        if marked:
            found["ahead"] = _numbers(piece[marked], path) > 0
        parts.append(found)
    every = pd.concat(parts).sort_values(["serial", "at"], kind="stable")
    if marked:
        follows = every.groupby("serial")["ahead"].shift(-1)
        every = every[every["ahead"] & (follows == False)]  # noqa: E712 - the last row has no follower
    return every[["at", "serial"]].sort_values("at", kind="stable").reset_index(drop=True)


def _pieces(path: Path, columns: list[str], unit: Unit) -> Iterator[pd.DataFrame]:
    """Read the asked columns as text, `PIECE_ROWS` rows at a time; the index is the line."""
    wanted = {*columns, *([unit.column] if unit.column else [])}
    try:
        with pd.read_csv(
            path, dtype=str, encoding="utf-8", chunksize=PIECE_ROWS, skip_blank_lines=False
        ) as reader:
            for piece in reader:
                missing = sorted(wanted - set(piece.columns))
                if missing:
                    has = ", ".join(map(str, piece.columns))
                    raise MappingError(f"{path}:1: there is no column {missing[0]!r}; it has {has}")
                piece.index += FIRST_LINE
                yield piece[sorted(wanted)].dropna(how="all")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise MappingError(f"{path}: cannot be read as CSV: {error}") from error


def _places(piece: pd.DataFrame, path: Path, time: Instant, unit: Unit) -> pd.DataFrame:
    found = pd.DataFrame({"at": _instants(piece[time.column], path, time)})
    if unit.column is None:
        found["serial"] = unit.serial
    else:
        named = piece[unit.column]
        _refuse_first(named.isna(), named, path, "expected the appliance")
        found["serial"] = unit.prefix + named
    return found


def _instants(told: pd.Series[str], path: Path, time: Instant) -> pd.Series[pd.Timestamp]:
    if time.format in {"epoch_s", "epoch_ms"}:
        unit: Literal["s", "ms"] = "s" if time.format == "epoch_s" else "ms"
        numbers = pd.to_numeric(told, errors="coerce")
        read = pd.to_datetime(numbers, unit=unit, utc=True, errors="coerce")
    else:
        read = pd.to_datetime(told, format=time.format or "ISO8601", errors="coerce")
        if read.dt.tz is None:
            read = read.dt.tz_localize(time.zone, ambiguous="NaT", nonexistent="NaT")
    expected = f"a time as {time.format or 'ISO 8601'} in {time.zone}"
    _refuse_first(read.isna(), told, path, f"expected {expected}")
    found: pd.Series[pd.Timestamp] = read.dt.tz_convert("UTC")
    return found


def _numbers(told: pd.Series[str], path: Path) -> pd.Series[float]:
    """Numbers; true and false count as 1 and 0, an empty cell as not measured."""
    words = told.str.strip().str.lower().replace({"true": "1", "false": "0"})
    read = pd.to_numeric(words, errors="coerce").astype("float64")
    _refuse_first(read.isna() & told.notna(), told, path, "expected a number")
    return read


def _refuse_first(wrong: pd.Series[bool], told: pd.Series[str], path: Path, why: str) -> None:
    if wrong.any():
        line, shown = wrong.index[wrong][0], told[wrong].iloc[0]
        raise MappingError(f"{path}:{line}: {told.name}: {why}, got {shown!r}")
