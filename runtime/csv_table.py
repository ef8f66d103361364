"""A CSV file as rows with their line numbers, and the report on what was refused."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from runtime.errors import InvalidError

MOST_NAMES = 10
"""Wrong columns that an error names; a file that is no table may have a hundred thousand."""
LONGEST_NAME = 60


@dataclass(frozen=True)
class Row:
    """One row; every column of the header is there, stripped of surrounding space."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


@dataclass(frozen=True)
class Cleaned:
    """A value that was brought into another form before it was kept."""

    line: int
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Refused:
    """A row that was not accepted, and why."""

    line: int
    field: str
    value: str
    reason: str


@dataclass
class Report:
    """What became of a file's rows."""

    accepted: int = 0
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, row: Row, column: str, reason: str) -> None:
        """Note what is wrong with a row."""
        self.refused.append(Refused(row.line, column, row.values.get(column, ""), reason))

    def in_order(self) -> Self:
        """The same, by line."""
        return replace(self, refused=sorted(self.refused, key=lambda each: each.line))


def read(
    lines: Iterable[bytes], columns: Sequence[str], report: Report, optional: Sequence[str] = ()
) -> list[Row]:
    """Read every row that has all its fields; the others are refused in `report`.

    Every one of `columns` must be there; `optional` ones may be.
    Raises InvalidError where the file as a whole cannot be read: encoding, quoting, header.
    """
    reader = csv.reader(_decoded(lines), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, columns, optional)
        return list(_rows(reader, header, report))
    except csv.Error as error:
        raise InvalidError(f"line {reader.line_num}: not readable as CSV: {error}") from error


def _rows(reader: Iterator[list[str]], header: list[str], report: Report) -> Iterator[Row]:
    before = _line(reader)
    for fields in reader:
        line, before = before + 1, _line(reader)
        if not any(each.strip() for each in fields):
            continue
        row = Row(line, dict(zip(header, (each.strip() for each in fields), strict=False)))
        if len(fields) == len(header):
            yield row
        else:
            report.refuse(row, "", f"{len(fields)} fields where the header has {len(header)}")


def _line(reader: Iterator[list[str]]) -> int:
    return int(getattr(reader, "line_num", 0))


def _check_header(header: list[str], columns: Sequence[str], optional: Sequence[str]) -> None:
    counts = Counter(header)
    missing = [name for name in columns if name not in counts]
    unknown = [name for name in counts if name not in (*columns, *optional)]
    twice = sorted(name for name, count in counts.items() if count > 1)
    wrong = [
        f"{word} {_listed(names)}"
        for word, names in (("missing", missing), ("unknown", unknown), ("given twice", twice))
        if names
    ]
    if wrong:
        raise InvalidError(
            f"line 1: columns: {'; '.join(wrong)}", hint=f"expected {', '.join(columns)}"
        )


def _listed(names: Sequence[str]) -> str:
    told = [repr(name[:LONGEST_NAME]) for name in names[:MOST_NAMES]]
    more = len(names) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InvalidError(
                f"line {number}: not UTF-8 at byte {error.start + 1}",
                hint="save the file as UTF-8; spreadsheets call it 'CSV UTF-8'",
            ) from None
        if "\0" in text:
            raise InvalidError(f"line {number}: a NUL character", hint="is this a text file?")
        yield text
