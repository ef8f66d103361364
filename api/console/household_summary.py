"""How much there is of each household: appliances, open tickets, and whom to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg.rows import class_row

from customers import contact
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Summary:
    """A household in numbers."""

    household_id: int
    appliances: int
    open_tickets: int
    contact_name: str | None = None
    phone: str | None = None


def summaries(connection: Connection, household_ids: Sequence[int]) -> dict[int, Summary]:
    """The summary of each household."""
    with connection.cursor(row_factory=class_row(Summary)) as cursor:
        rows = cursor.execute(_SQL["summaries"], {"ids": list(household_ids)}).fetchall()
    people = contact.primary_of(connection, household_ids)
    return {
        row.household_id: replace(row, contact_name=person.name, phone=person.phone)
        if (person := people.get(row.household_id))
        else row
        for row in rows
    }
