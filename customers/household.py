"""Whose appliances they are: households, by the service organisation's own identifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psycopg.rows import class_row

from runtime.errors import InvalidError, NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
TIERS = ("standard", "silver", "gold", "platinum")


@dataclass(frozen=True)
class Household:
    """A customer's home."""

    id: int
    external_id: str
    name: str
    address: str
    region: str
    time_zone: str
    tier: str


@dataclass(frozen=True)
class Entry:
    """What is told of a household."""

    external_id: str
    name: str
    address: str = ""
    region: str = ""
    time_zone: str = "UTC"
    tier: str = "standard"


def upsert(connection: Connection, entries: Sequence[Entry], at: datetime) -> dict[str, int]:
    """Add or update households by external id; return the id of each.

    Raises InvalidError for a time zone that nobody knows: letters and pages could not be written.
    """
    for zone in {entry.time_zone for entry in entries}:
        _check_zone(zone)
    rows = connection.execute(
        _SQL["upsert"],
        {
            "external_ids": [entry.external_id for entry in entries],
            "names": [entry.name for entry in entries],
            "addresses": [entry.address for entry in entries],
            "regions": [entry.region for entry in entries],
            "time_zones": [entry.time_zone for entry in entries],
            "tiers": [entry.tier for entry in entries],
            "at": at,
        },
    ).fetchall()
    return {str(external_id): int(str(number)) for external_id, number in rows}


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidError(
            f"there is no time zone {name!r}", hint="give an IANA name such as Asia/Shanghai"
        ) from error


def get(connection: Connection, household_id: int) -> Household:
    """One household; NotFoundError if there is none."""
    with connection.cursor(row_factory=class_row(Household)) as cursor:
        found = cursor.execute(_SQL["get"], {"id": household_id}).fetchone()
    if found is None:
        raise NotFoundError(f"no household has the id {household_id}")
    return found


def page(
    connection: Connection, *, after_id: int = 0, limit: int = 100, region: str | None = None
) -> list[Household]:
    """Up to `limit` households with an id above `after_id`, by id."""
    with connection.cursor(row_factory=class_row(Household)) as cursor:
        return cursor.execute(
            _SQL["page"], {"after_id": after_id, "limit": limit, "region": region}
        ).fetchall()


def ids_of(connection: Connection, external_ids: Sequence[str]) -> dict[str, int]:
    """The ids of those external ids that are known."""
    rows = connection.execute(_SQL["ids_of"], {"external_ids": list(external_ids)}).fetchall()
    return {str(external_id): int(str(number)) for external_id, number in rows}
