"""Technicians from a CSV file; docs/routing.md describes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import SHARED, problem_of
from runtime import csv_table
from runtime.csv_table import Report, Row
from runtime.errors import HearthwatchError, InvalidError
from storage.pool import Connection
from tickets.routing import errand, hours, skill, technician, van
from tickets.routing.technician import Entry

COLUMNS = (
    "technician_id",
    "name",
    "region",
    "skills",
    "hours",
    "time_zone",
)
OPTIONAL = ("types", "latitude", "longitude", "visits_a_day", "parts", "active")
USUAL_VISITS = 5
_YES = {"": True, "yes": True, "no": False}


@dataclass(frozen=True)
class _Read:
    """A row in our terms."""

    entry: Entry
    parts: Mapping[str, int] | None


def import_technicians(
    connection: Connection, catalogue: Catalogue, lines: Iterable[bytes], at: datetime
) -> Report:
    """Add or update the technicians of a file, in the caller's transaction.

    Raises InvalidError, before anything is written, where the file as a whole cannot be read.
    """
    report = Report()
    seen: dict[str, int] = {}
    for row in csv_table.read(lines, COLUMNS, report, OPTIONAL):
        if row["name"] in seen:
            report.refuse(row, "name", f"is on line {seen[row['name']]} already")
            continue
        seen[row["name"]] = row.line
        _take(connection, catalogue, row, report, at)
    if report.accepted:
        errand.ask(connection)
    return report.in_order()


def _take(
    connection: Connection, catalogue: Catalogue, row: Row, report: Report, at: datetime
) -> None:
    wrong = _wrong(catalogue, row)
    if wrong is not None:
        report.refuse(row, *wrong)
        return
    read = _read(row)
    try:
        technician.upsert(connection, [read.entry], at)
    except HearthwatchError as error:
        report.refuse(row, "name", str(error))
        return
    if read.parts is not None:
        van.load(connection, read.entry.name, read.parts)
    report.accepted += 1


def _wrong(catalogue: Catalogue, row: Row) -> tuple[str, str] | None:
    for column, check in _CHECKS.items():
        try:
            check(row)
        except HearthwatchError as error:
            return column, str(error)
    for column, names in (
        ("types", (_listed(row, "types"), ())),
        ("skills", ((), read_skills(row["skills"]))),
    ):
        try:
            check_names(catalogue, *names)
        except HearthwatchError as error:
            return column, str(error)
    return None


def _read(row: Row) -> _Read:
    entry = Entry(
        name=row["name"],
        skills=read_skills(row["skills"]),
        hours=row["hours"],
        region=row["region"],
        time_zone=row["time_zone"] or "UTC",
        types=_listed(row, "types"),
        latitude=_number(row, "latitude"),
        longitude=_number(row, "longitude"),
        visits_a_day=_whole(row, "visits_a_day", USUAL_VISITS),
        active=_yes(row),
        external_id=row["technician_id"] or None,
    )
    return _Read(entry, _parts(row) if "parts" in row.values else None)


def read_skills(text: str) -> dict[str, int]:
    """Read `refrigeration:3;electrical`: names with levels, 1 where none is given."""
    found = {}
    for part in (each.strip() for each in text.split(";") if each.strip()):
        name, _, level = part.partition(":")
        if level and level.strip() not in {str(each) for each in range(1, skill.BEST + 1)}:
            raise InvalidError(f"{part!r} has no level of 1 to {skill.BEST}")
        found[name.strip()] = int(level) if level else 1
    if not found:
        raise InvalidError("is required", hint="such as refrigeration:3;electrical")
    return found


def check_names(catalogue: Catalogue, types: Iterable[str], skills: Iterable[str]) -> None:
    """Raise InvalidError for a type, a skill or a problem that no catalogue names."""
    unknown = sorted(set(types) - set(catalogue))
    if unknown:
        raise InvalidError(
            f"there is no type {unknown[0]!r}", hint=f"types: {', '.join(sorted(catalogue))}"
        )
    known = _known(catalogue)
    wrong = sorted(set(skills) - known)
    if wrong:
        raise InvalidError(
            f"no problem asks for the skill {wrong[0]!r}, nor is it one",
            hint="docs/catalogue.md says where a type names its skills",
        )


def _known(catalogue: Catalogue) -> set[str]:
    names: set[str] = set()
    for type_name, description in catalogue.items():
        for problem in (*description.problems, *SHARED):
            names |= {problem, f"{type_name}/{problem}", *problem_of(description, problem).skills}
    return names


def _listed(row: Row, column: str) -> list[str]:
    text = row.values.get(column, "")
    return [each.strip() for each in text.split(";") if each.strip()]


def _parts(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in _listed(row, "parts"):
        part, _, number = each.partition(":")
        if not number.strip().isdecimal() or int(number) > van.MOST:
            raise InvalidError(f"{each!r} is no part and number", hint="such as RF-FAN-01:2")
        found[part.strip()] = int(number)
    return found


def _number(row: Row, column: str) -> float | None:
    text = row.values.get(column, "")
    try:
        return float(text) if text else None
    except ValueError as error:
        raise InvalidError("expected degrees such as 51.45") from error


def _whole(row: Row, column: str, usual: int) -> int:
    text = row.values.get(column, "")
    if text and not text.isdecimal():
        raise InvalidError("expected a whole number")
    return int(text) if text else usual


def _yes(row: Row) -> bool:
    text = row.values.get("active", "").lower()
    if text not in _YES:
        raise InvalidError("expected yes or no")
    return _YES[text]


_CHECKS: dict[str, Callable[[Row], object]] = {
    "skills": lambda row: read_skills(row["skills"]),
    "hours": lambda row: hours.read(row["hours"]),
    "time_zone": lambda row: technician.zone(row["time_zone"] or "UTC"),
    "latitude": lambda row: _number(row, "latitude"),
    "longitude": lambda row: _number(row, "longitude"),
    "visits_a_day": lambda row: _whole(row, "visits_a_day", USUAL_VISITS),
    "parts": _parts,
    "active": _yes,
}
"""By column, so that a refusal names the one that is wrong."""
