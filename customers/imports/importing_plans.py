"""Warranties and plans on appliances, from CSV or the API; docs/formats/csv.md describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from customers import elsewhere, household, plan
from customers.duplicates import alias
from customers.household import Household
from customers.imports import refusal
from customers.imports.importing_purchases import LONGEST
from customers.imports.tidying import Wrong
from devices import appliance
from devices.appliance import Appliance
from runtime import csv_table, text_encoding
from runtime.csv_table import Report, Row
from storage.pool import Connection

COLUMNS = ("plan_id", "serial", "kind", "name", "starts_on", "ends_on", "covers")
OPTIONAL = ("household_id",)


def import_plans(
    connection: Connection, lines: Iterable[bytes], *, region: str | None = None
) -> Report:
    """Add or update the warranties and plans of a file, in the caller's transaction.

    Raises InvalidError, before anything is written, where the file as a whole cannot be read.
    """
    text, _ = text_encoding.as_utf8(lines)
    report = Report()
    take_in(connection, csv_table.read(text, COLUMNS, report, OPTIONAL), report, region=region)
    return report.in_order()


def take_in(
    connection: Connection, rows: Sequence[Row], report: Report, *, region: str | None = None
) -> None:
    """Keep the rows that can be kept; with a `region`, only those of its appliances."""
    named = {row.values.get("household_id", "") for row in rows} - {""}
    alias.hold(connection, named)
    owners = household.by_external_ids(connection, named)
    devices = appliance.by_serials(connection, [row["serial"] for row in rows])
    strange = elsewhere.taken(connection, "plans", [row["plan_id"] for row in rows], region)

    def wrong(row: Row) -> Wrong | None:
        return (
            _wrong(row)
            or refusal.of_serial(row, devices, region)
            or _wrong_whose(row, owners, region)
            or refusal.of_taken(row, "plan_id", strange)
        )

    accepted = refusal.sift(rows, report, "plan_id", wrong)
    plan.record(connection, [_entry(row, owners, devices) for row in accepted])


def _wrong(row: Row) -> Wrong | None:
    for name in ("plan_id", "name", "serial"):
        if not 0 < len(row[name]) <= LONGEST:
            return name, f"expected 1 to {LONGEST} characters"
    if row["kind"] not in plan.KINDS:
        return "kind", f"expected one of {', '.join(plan.KINDS)}"
    if not _covers(row) <= set(plan.COVERS) or not _covers(row):
        return "covers", f"expected some of {';'.join(plan.COVERS)}"
    return _wrong_days(row)


def _wrong_days(row: Row) -> Wrong | None:
    for name in ("starts_on", "ends_on"):
        if (row[name] or name == "starts_on") and _day(row[name]) is None:
            return name, "expected a day such as 2026-05-31"
    starts_on, ends_on = _day(row["starts_on"]), _day(row["ends_on"])
    if starts_on and ends_on and ends_on < starts_on:
        return "ends_on", f"is before it starts on {starts_on}"
    return None


def _wrong_whose(row: Row, owners: Mapping[str, Household], region: str | None) -> Wrong | None:
    told = row.values.get("household_id", "")
    if row["kind"] == "warranty":
        return (
            ("household_id", "a warranty goes with the appliance: leave it out") if told else None
        )
    if not told:
        return "household_id", "is required: a plan is somebody's"
    return refusal.of_home(row, owners, region)


def _covers(row: Row) -> frozenset[str]:
    return frozenset(each.strip() for each in row["covers"].split(";") if each.strip())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _entry(
    row: Row, owners: Mapping[str, Household], devices: Mapping[str, Appliance]
) -> plan.Entry:
    owner = owners.get(row.values.get("household_id", ""))
    return plan.Entry(
        external_id=row["plan_id"],
        device_id=devices[row["serial"]].id,
        household_id=owner.id if owner else None,
        kind=row["kind"],
        name=row["name"],
        starts_on=date.fromisoformat(row["starts_on"]),
        ends_on=_day(row["ends_on"]),
        covers=_covers(row),
    )
