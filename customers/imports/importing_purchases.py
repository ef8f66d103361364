"""What households bought, from a CSV file or the API; docs/formats/csv.md describes it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from customers import household, purchase, value
from customers.household import Household
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
    ids = household.ids_of(connection, sorted({row["household_id"] for row in rows}))
    homes = household.by_ids(connection, set(ids.values()))
    owners = {name: homes[number] for name, number in ids.items() if number in homes}
    devices = appliance.by_serials(connection, [row.values.get("serial", "") for row in rows])
    strange = purchase.of_other_regions(connection, [row["purchase_id"] for row in rows], region)
    accepted: dict[str, Row] = {}
    for row in rows:
        wrong = (
            _wrong(row, at)
            or wrong_home(row, owners, region)
            or wrong_serial(row, devices, region)
            or taken(row, "purchase_id", strange)
            or _again(accepted.get(row["purchase_id"]))
        )
        if wrong:
            report.refuse(row, *wrong)
            continue
        accepted[row["purchase_id"]] = row
    entries = [_entry(row, owners, devices) for row in accepted.values()]
    purchase.record(connection, entries, source=source)
    report.accepted = len(entries)
    if entries:
        value.ask(connection)


def wrong_home(row: Row, owners: Mapping[str, Household], region: str | None) -> Wrong | None:
    """What is wrong with the row's household: nobody knows it, or it is another region's."""
    owner = owners.get(row["household_id"])
    if owner is None or region not in {None, owner.region}:
        return "household_id", "no such household; import the customers first"
    return None


def wrong_serial(row: Row, devices: Mapping[str, Appliance], region: str | None) -> Wrong | None:
    """What is wrong with the row's serial number, if it has one."""
    serial = row.values.get("serial")
    device = devices.get(serial or "")
    if serial and (device is None or region not in {None, device.region}):
        return "serial", "no such appliance; import the appliances first"
    return None


def taken(row: Row, column: str, strange: Collection[str]) -> Wrong | None:
    """What is wrong with an id by which another region knows something."""
    return (column, "is taken: use another") if row[column] in strange else None


def instant(text: str) -> datetime | None:
    """A day, or a time with its zone; a time without one is in UTC. None if it is neither."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _wrong(row: Row, at: datetime) -> Wrong | None:
    for name in ("purchase_id", "part_number"):
        if not 0 < len(row[name]) <= LONGEST:
            return name, f"expected 1 to {LONGEST} characters"
    if not _amount_fits(row["amount"]):
        return "amount", "expected a sum such as 24.90, without a sign or separators"
    if not _CURRENCY.fullmatch(row["currency"]):
        return "currency", "expected three capital letters such as EUR (ISO 4217)"
    if row.values.get("quantity") and not _QUANTITY.fullmatch(row["quantity"]):
        return "quantity", "expected a whole number from 1 on"
    bought_at = instant(row["bought_at"])
    if bought_at is None:
        return "bought_at", "expected a day such as 2026-05-31, or a time such as 2026-05-31T09:30Z"
    return ("bought_at", "is in the future") if bought_at > at else None


def _amount_fits(text: str) -> bool:
    try:
        return bool(_AMOUNT.fullmatch(text)) and Decimal(text) >= 0
    except InvalidOperation:
        return False


def _again(first: Row | None) -> Wrong | None:
    return ("purchase_id", f"is on line {first.line} already") if first else None


def _entry(
    row: Row, owners: Mapping[str, Household], devices: Mapping[str, Appliance]
) -> purchase.Entry:
    bought_at = instant(row["bought_at"])
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
