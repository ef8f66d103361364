"""What households bought: parts, consumables and appliances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Entry:
    """What is told of a purchase; `amount` is for all of it."""

    external_id: str
    household_id: int
    part_number: str
    amount: Decimal
    currency: str
    bought_at: datetime
    quantity: int = 1
    device_id: int | None = None


@dataclass(frozen=True)
class Purchase(Entry):
    """A purchase on record."""

    id: int = 0
    source: str = ""


def record(connection: Connection, entries: Sequence[Entry], *, source: str) -> list[int]:
    """Add or update purchases by external id; return their ids."""
    rows = connection.execute(
        _SQL["record"],
        {
            "household_ids": [each.household_id for each in entries],
            "device_ids": [each.device_id for each in entries],
            "part_numbers": [each.part_number for each in entries],
            "quantities": [each.quantity for each in entries],
            "amounts": [each.amount for each in entries],
            "currencies": [each.currency for each in entries],
            "bought_at": [each.bought_at for each in entries],
            "external_ids": [each.external_id for each in entries],
            "source": source,
        },
    ).fetchall()
    return [int(str(row[0])) for row in rows]


def of_household(connection: Connection, household_id: int, most: int = 100) -> list[Purchase]:
    """The latest purchases of a household, newest first."""
    with connection.cursor(row_factory=class_row(Purchase)) as cursor:
        return cursor.execute(
            _SQL["of_household"], {"household_id": household_id, "most": most}
        ).fetchall()
