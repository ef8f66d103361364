"""Appliances from rows of a CSV file: those that can be registered, and why the others cannot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from devices import appliance
from devices.appliance import Appliance, Registration
from devices.catalogue.folder import Catalogue
from runtime.csv_table import Report, Row
from storage.pool import Connection

COLUMNS = ("serial", "type", "model", "firmware", "installed_on", "region")
OPTIONAL = ("batch",)
"""A file without it, like an empty field, leaves what is known."""
_SERIAL = re.compile(r"[A-Za-z0-9._-]{1,64}")


def register_rows(
    connection: Connection,
    catalogue: Catalogue,
    rows: Sequence[Row],
    report: Report,
    at: datetime,
) -> list[tuple[Row, Appliance]]:
    """Register what can be, in the caller's transaction; refuse the rest in `report`."""
    known = appliance.by_serials(connection, [row["serial"] for row in rows])
    seen: dict[str, int] = {}
    accepted: list[tuple[Row, Registration]] = []
    for row in rows:
        wrong = _wrong(row, catalogue, at) or _wrong_type(row, known) or _wrong_again(row, seen)
        if wrong:
            report.refuse(row, *wrong)
            continue
        seen[row["serial"]] = row.line
        accepted.append((row, _registration(row)))
    registered = {
        each.serial: each
        for each in appliance.register(connection, [each for _, each in accepted], at)
    }
    return [(row, registered[row["serial"]]) for row, _ in accepted]


def _wrong(row: Row, catalogue: Catalogue, at: datetime) -> tuple[str, str] | None:
    if not _SERIAL.fullmatch(row["serial"]):
        return "serial", "expected 1 to 64 of A-Z a-z 0-9 . _ -"
    if row["type"] not in catalogue:
        return "type", f"the catalogue has {', '.join(sorted(catalogue))}"
    if row["installed_on"]:
        try:
            installed_on = date.fromisoformat(row["installed_on"])
        except ValueError:
            return "installed_on", "expected a date such as 2026-05-31"
        if installed_on > at.date():
            return "installed_on", "is in the future"
    return None


def _wrong_type(row: Row, known: dict[str, Appliance]) -> tuple[str, str] | None:
    before = known.get(row["serial"])
    if before and before.type != row["type"]:
        return "type", f"{before.serial} is a {before.type}, and its readings are stored as such"
    return None


def _wrong_again(row: Row, seen: dict[str, int]) -> tuple[str, str] | None:
    if row["serial"] in seen:
        return "serial", f"is on line {seen[row['serial']]} already"
    return None


def _registration(row: Row) -> Registration:
    return Registration(
        serial=row["serial"],
        type=row["type"],
        model=row["model"],
        firmware=row["firmware"],
        installed_on=date.fromisoformat(row["installed_on"]) if row["installed_on"] else None,
        region=row["region"],
        batch=row.values.get("batch") or None,
    )
