"""Reads a CSV file, compressed or not, whatever separates its columns; says clearly why it cannot.

What is found out by itself: the separator, a comma for a decimal point, trailing separators.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from models.evaluation.document import EvaluationError
from models.evaluation.task import Format

SAMPLE_LINES = 20
BLANKS = r"\s+"
_COMMA_FOR_POINT = re.compile(r"\d,\d")
_POINT = re.compile(r"\d\.\d")
MOST_NAMED = 40


@dataclass(frozen=True)
class Table:
    """A file's rows as they were read, and where from."""

    path: Path
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()

    def need(self, columns: Iterable[str], wanted_as: str) -> None:
        """Raise EvaluationError, with the nearest name, for a column that is not there."""
        there = [str(name) for name in self.frame.columns if not str(name).startswith("\0")]
        for name in columns:
            if name not in there:
                near = get_close_matches(name, there, 1, 0.5)
                raise EvaluationError(
                    f"{self.path}: no column {name!r} ({wanted_as}); "
                    f"the file has {', '.join(there[:MOST_NAMED])}",
                    hint=f"did you mean {near[0]!r}?" if near else "see `columns` in the task",
                )


def read(path: Path, form: Format, texts: Sequence[str] = ()) -> Table:
    """Read a whole file; columns in `texts` stay as they are written, others become numbers."""
    lines = _sample(path, form)
    separator = form.separator or sniffed(lines)
    headless = form.columns is not None and not _is_header(lines[0], separator, form.columns)
    if form.columns is None and _only_numbers(lines[0], separator):
        raise EvaluationError(
            f"{path}:1: the first line holds only numbers: {lines[0].strip()[:80]!r}",
            hint="name the columns of a file without a header: `columns: [unit, cycle, ...]`",
        )
    extra = _fields(lines[0], separator)[len(form.columns or ()) :]
    if headless and any(extra):
        raise EvaluationError(
            f"{path}:1: the line has more fields than `columns` names: {', '.join(extra)[:80]}"
        )
    options: dict[str, object] = {
        "sep": BLANKS if separator in {" ", BLANKS} else separator,
        "decimal": form.decimal or _decimal(lines, separator),
        "encoding": form.encoding,
        "header": None if headless else 0,
        "names": list(form.columns) if headless and form.columns else None,
        "dtype": dict.fromkeys(texts, str),
        "index_col": False,
        "skipinitialspace": True,
        "low_memory": False,
        "compression": "gzip" if path.suffix == ".gz" else None,
    }
    frame, notes = _read(path, options)
    frame.columns = frame.columns.map(lambda name: str(name).strip())
    empty = [name for name in frame.columns if not name or name.startswith("Unnamed:")]
    for name in set(texts) & set(frame.columns):
        frame[name] = frame[name].astype(object).str.strip()
    return Table(path, frame.drop(columns=empty), notes)


def sniffed(lines: Sequence[str]) -> str:
    """Find what separates the columns: what stands equally often in every line, blanks else."""
    for separator in (",", ";", "\t", "|"):
        counts = {len(next(csv.reader([line], delimiter=separator), [])) for line in lines}
        if len(counts) == 1 and counts.pop() > 1:
            return separator
    for separator in (",", ";", "\t", "|"):
        if separator in lines[0]:
            return separator
    return BLANKS if re.search(r"\S\s+\S", lines[-1].strip()) else ","


def _sample(path: Path, form: Format) -> list[str]:
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding=form.encoding, newline=None) as stream:
            lines = [line for _, line in zip(range(SAMPLE_LINES), stream, strict=False)]
    except UnicodeDecodeError as error:
        raise _undecodable(path, form.encoding, error) from error
    except LookupError as error:
        raise EvaluationError(f"{path}: there is no encoding {form.encoding!r}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from error
    lines = [line.rstrip("\r\n") for line in lines if line.strip()]
    if not lines:
        raise EvaluationError(f"{path}: the file is empty", hint="leave it out of the task")
    if any("\0" in line for line in lines):
        raise EvaluationError(
            f"{path}: is not text in {form.encoding}", hint="say which with `encoding: utf-16`"
        )
    return lines


def _read(path: Path, options: dict[str, object]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    try:
        return pd.read_csv(path, **options), ()  # type: ignore[call-overload]
    except pd.errors.ParserError:
        return _read_leniently(path, options)
    except UnicodeDecodeError as error:
        raise _undecodable(path, str(options["encoding"]), error) from error
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _unreadable(path, error) from error


def _read_leniently(path: Path, options: dict[str, object]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    try:
        frame = pd.read_csv(path, **options, on_bad_lines="skip")  # type: ignore[call-overload]
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _unreadable(path, error) from error
    return frame, (f"{path.name}: lines with too many fields were left out",)


def _undecodable(path: Path, encoding: str, error: UnicodeDecodeError) -> EvaluationError:
    return EvaluationError(
        f"{path}: is not text in {encoding.removesuffix('-sig')}: {error.reason}",
        hint="say which it is, such as `encoding: latin-1`, `gb18030` or `utf-16`",
    )


def _unreadable(path: Path, error: Exception) -> EvaluationError:
    told = getattr(error, "strerror", None) or str(error)
    return EvaluationError(f"{path}: cannot be read: {told}")


def _fields(line: str, separator: str) -> list[str]:
    found = line.split() if separator == BLANKS else next(csv.reader([line], delimiter=separator))
    return [field.strip() for field in found]


def _is_header(line: str, separator: str, columns: Sequence[str]) -> bool:
    return _fields(line, separator)[: len(columns)] == list(columns)


def _only_numbers(line: str, separator: str) -> bool:
    fields = [field for field in _fields(line, separator) if field]
    return bool(fields) and bool(pd.to_numeric(pd.Series(fields), errors="coerce").notna().all())


def _decimal(lines: Sequence[str], separator: str) -> str:
    rows = "\n".join(lines[1:])
    commas = separator != "," and _COMMA_FOR_POINT.search(rows) and not _POINT.search(rows)
    return "," if commas else "."
