"""The registry: which appliances there are, by the maker's serial number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from runtime.errors import NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Appliance:
    """A registered appliance."""

    id: int
    serial: str
    type: str
    model: str
    firmware: str
    installed_on: date | None
    region: str
    registered_at: datetime
    retired_at: datetime | None
    batch: str
    """The production batch, as the maker names it; empty where it is not known."""


@dataclass(frozen=True)
class Registration:
    """What a maker tells of an appliance."""

    serial: str
    type: str
    model: str = ""
    firmware: str = ""
    installed_on: date | None = None
    region: str = ""
    batch: str | None = None
    """None keeps what is known."""


def register(
    connection: Connection, registrations: Sequence[Registration], at: datetime
) -> list[Appliance]:
    """Add or update appliances by serial number; a retired one comes back into service.

    A known serial number keeps its type: its readings are in that type's table.
    """
    with connection.cursor(row_factory=class_row(Appliance)) as cursor:
        return cursor.execute(
            _SQL["register"],
            {
                "serials": [r.serial for r in registrations],
                "types": [r.type for r in registrations],
                "models": [r.model for r in registrations],
                "firmwares": [r.firmware for r in registrations],
                "installed_on": [r.installed_on for r in registrations],
                "regions": [r.region for r in registrations],
                "batches": [r.batch for r in registrations],
                "at": at,
            },
        ).fetchall()


def by_serials(connection: Connection, serials: Sequence[str]) -> dict[str, Appliance]:
    """Those of `serials` that are registered, retired ones too."""
    with connection.cursor(row_factory=class_row(Appliance)) as cursor:
        found = cursor.execute(_SQL["by_serials"], {"serials": list(serials)}).fetchall()
    return {appliance.serial: appliance for appliance in found}


def by_ids(connection: Connection, ids: Sequence[int]) -> dict[int, Appliance]:
    """Those of `ids` that exist."""
    with connection.cursor(row_factory=class_row(Appliance)) as cursor:
        found = cursor.execute(_SQL["by_ids"], {"ids": list(ids)}).fetchall()
    return {appliance.id: appliance for appliance in found}


def get(connection: Connection, serial: str) -> Appliance:
    """The appliance with this serial number; NotFoundError if there is none."""
    found = by_serials(connection, [serial])
    if serial not in found:
        raise NotFoundError(f"no appliance has the serial number {serial!r}")
    return found[serial]


def in_service(connection: Connection, type_name: str) -> list[Appliance]:
    """Every appliance of a type that is not retired, by id."""
    with connection.cursor(row_factory=class_row(Appliance)) as cursor:
        return cursor.execute(_SQL["in_service"], {"type": type_name}).fetchall()


def page(
    connection: Connection,
    *,
    after_id: int = 0,
    limit: int = 100,
    type_name: str | None = None,
    region: str | None = None,
) -> list[Appliance]:
    """Up to `limit` appliances with an id above `after_id`, by id; filtered where asked."""
    with connection.cursor(row_factory=class_row(Appliance)) as cursor:
        return cursor.execute(
            _SQL["page"],
            {"after_id": after_id, "limit": limit, "type": type_name, "region": region},
        ).fetchall()


def retire_all_but(connection: Connection, serials: Sequence[str], at: datetime) -> int:
    """Take every other appliance out of service; return how many."""
    return connection.execute(_SQL["retire_all_but"], {"serials": list(serials), "at": at}).rowcount
