"""What households bought, from a CSV file or the API; docs/formats/csv.md describes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from customers import elsewhere, household, purchase, value
from customers.duplicates import alias
from customers.household import Household
from customers.imports import refusal
from customers.imports.tidying import Wrong
from devices import appliance
from devices.appliance import Appliance
from runtime import csv_table, text_encoding
from runtime.csv_table import Report, Row
from storage.pool import Connection

COLUMNS = ("purchase_id", "household_id", "part_number", "amount", "currency", "bought_at")
OPTIONAL = ("quantity", "serial")
_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
_QUANTITY = re.compile(r"[1-9][0-9]{0,5}")
LONGEST = 200
"""Characters of an id, a name or a number."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nobody means a day before it, and the first of all is none in zones to the east."""


def import_purchases(
    connection: Connection, lines: Iterable[bytes], at: datetime, *, region: str | None = None
) -> Report:
    """Add or update the purchases of a file, in the caller's transaction.

    Raises InvalidError, before anything is written, where the file as a whole cannot be read.
    """
    text, _ = text_encoding.as_utf8(lines)
    report = Report()
    take_in(connection, csv_table.read(text, COLUMNS, report, OPTIONAL), report, at, region=region)
    return report.in_order()


def take_in(
    connection: Connection,
    rows: Sequence[Row],
    report: Report,
    at: datetime,
    *,
    region: str | None = None,
    source: str = "import",
) -> None:
    """Keep the rows that can be kept; with a `region`, only those of its households."""
    named = {row["household_id"] for row in rows}
    alias.hold(connection, named)
    owners = household.by_external_ids(connection, named)
    devices = appliance.by_serials(connection, [row.values.get("serial", "") for row in rows])
    told = [row["purchase_id"] for row in rows]
    strange = elsewhere.taken(connection, "purchases", told, region)

    def wrong(row: Row) -> Wrong | None:
        return (
            _wrong(row, at)
            or refusal.of_home(row, owners, region)
            or refusal.of_serial(row, devices, region)
            or refusal.of_taken(row, "purchase_id", strange)
        )

    accepted = refusal.sift(rows, report, "purchase_id", wrong)
    entries = [_entry(row, owners, devices) for row in accepted]
    purchase.record(connection, entries, source=source)
    if entries:
        value.ask(connection)


def _wrong(row: Row, at: datetime) -> Wrong | None:
    for name in ("purchase_id", "part_number"):
        if not 0 < len(row[name]) <= LONGEST:
            return name, f"expected 1 to {LONGEST} characters"
    if not _AMOUNT.fullmatch(row["amount"]):
        return "amount", "expected a sum such as 24.90, without a sign or separators"
    if not _CURRENCY.fullmatch(row["currency"]):
        return "currency", "expected three capital letters such as EUR (ISO 4217)"
    if row.values.get("quantity") and not _QUANTITY.fullmatch(row["quantity"]):
        return "quantity", "expected a whole number from 1 on"
    return _wrong_time(row, at)


def _wrong_time(row: Row, at: datetime) -> Wrong | None:
    bought_at = _instant(row["bought_at"])
    if bought_at is None:
        return "bought_at", "expected a day such as 2026-05-31, or a time such as 2026-05-31T09:30Z"
    if bought_at < EARLIEST:
        return "bought_at", f"is before {EARLIEST.year}"
    return ("bought_at", "is in the future") if bought_at > at else None


def _instant(text: str) -> datetime | None:
    """A day, or a time with its zone; a time without one is in UTC. None if it is neither."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _entry(
    row: Row, owners: Mapping[str, Household], devices: Mapping[str, Appliance]
) -> purchase.Entry:
    bought_at = _instant(row["bought_at"])
    assert bought_at is not None  # noqa: S101 - checked by _wrong
    serial = row.values.get("serial")
    return purchase.Entry(
        external_id=row["purchase_id"],
        household_id=owners[row["household_id"]].id,
        part_number=row["part_number"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        bought_at=bought_at,
        quantity=int(row.values.get("quantity") or 1),
        device_id=devices[serial].id if serial else None,
    )
