"""Households and their contacts, from a CSV file; docs/formats/csv.md describes it."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import datetime

from customers import contact, household
from runtime import csv_table
from runtime.csv_table import Report, Row
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
HOUSEHOLD_COLUMNS = ("household_id", "household_name", "address", "region", "time_zone", "tier")
CONTACT_COLUMNS = ("contact_id", "contact_name", "phone", "email", "language", "consents")
COLUMNS = (*HOUSEHOLD_COLUMNS, *CONTACT_COLUMNS)
REQUIRED = ("household_id", "household_name", "contact_id", "contact_name")
_PHONE = re.compile(r"\+?(?:[ ()./-]*[0-9]){5,20}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

Wrong = tuple[str, str]
"""A column, and what is wrong with its value."""


def import_customers(connection: Connection, lines: Iterable[bytes], at: datetime) -> Report:
    """Add or update the households and contacts of a file, in the caller's transaction.

    Raises InvalidError, before anything is written, where the file as a whole cannot be read.
    """
    report = Report()
    accepted = _accepted(connection, csv_table.read(lines, COLUMNS, report), report)
    first_rows = {row["household_id"]: row for row in reversed(accepted)}
    ids = household.upsert(connection, [_household(row) for row in first_rows.values()], at)
    contact.upsert(
        connection,
        [_contact(row, ids[row["household_id"]]) for row in accepted],
        at,
        source="import",
    )
    report.accepted = len(accepted)
    return report.in_order()


def _accepted(connection: Connection, rows: Sequence[Row], report: Report) -> list[Row]:
    homes = _homes(connection, [row["contact_id"] for row in rows])
    zones = zoneinfo.available_timezones()
    households: dict[str, Row] = {}
    contacts: dict[str, Row] = {}
    for row in rows:
        wrong = (
            _wrong_household(row, zones)
            or _wrong_contact(row)
            or _wrong_home(row, homes)
            or _differs(row, households.get(row["household_id"]))
            or _again(contacts.get(row["contact_id"]))
        )
        if wrong:
            report.refuse(row, *wrong)
            continue
        households.setdefault(row["household_id"], row)
        contacts[row["contact_id"]] = row
    return list(contacts.values())


def _homes(connection: Connection, contact_ids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        _SQL["households_of_contacts"], {"contact_ids": list(contact_ids)}
    ).fetchall()
    return {str(contact_id): str(household_id) for contact_id, household_id in rows}


def _wrong_household(row: Row, zones: set[str]) -> Wrong | None:
    for column in REQUIRED:
        if not row[column]:
            return column, "is required"
    if row["time_zone"] and row["time_zone"] not in zones:
        return "time_zone", "expected an IANA name such as Asia/Shanghai"
    if row["tier"] and row["tier"] not in household.TIERS:
        return "tier", f"expected one of {', '.join(household.TIERS)}"
    return None


def _wrong_contact(row: Row) -> Wrong | None:
    if row["phone"] and not _PHONE.fullmatch(row["phone"]):
        return "phone", "expected 5 to 20 digits, such as +86 10 5555 0199"
    if row["email"] and not _EMAIL.fullmatch(row["email"]):
        return "email", "expected an address such as li@example.org"
    if row["language"] and not _LANGUAGE.fullmatch(row["language"]):
        return "language", "expected a language tag such as zh-CN"
    if not _consents(row) <= set(contact.PURPOSES):
        return "consents", f"expected some of {';'.join(contact.PURPOSES)}"
    return None


def _wrong_home(row: Row, homes: dict[str, str]) -> Wrong | None:
    home = homes.get(row["contact_id"], row["household_id"])
    if home != row["household_id"]:
        return "contact_id", f"belongs to household {home}"
    return None


def _differs(row: Row, first: Row | None) -> Wrong | None:
    for column in HOUSEHOLD_COLUMNS:
        if first and row[column] != first[column]:
            return column, f"line {first.line} says {first[column]!r} of the same household"
    return None


def _again(first: Row | None) -> Wrong | None:
    return ("contact_id", f"is on line {first.line} already") if first else None


def _household(row: Row) -> household.Entry:
    return household.Entry(
        external_id=row["household_id"],
        name=row["household_name"],
        address=row["address"],
        region=row["region"],
        time_zone=row["time_zone"] or "UTC",
        tier=row["tier"] or "standard",
    )


def _contact(row: Row, household_id: int) -> contact.Entry:
    return contact.Entry(
        household_id=household_id,
        external_id=row["contact_id"],
        name=row["contact_name"],
        phone=row["phone"] or None,
        email=row["email"] or None,
        language=row["language"] or "en",
        consents=_consents(row),
    )


def _consents(row: Row) -> frozenset[str]:
    return frozenset(each.strip() for each in row["consents"].split(";") if each.strip())
