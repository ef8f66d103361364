"""What is covered on an appliance, and until when: its warranty, and the plan of its household."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
KINDS = ("warranty", "plan")
COVERS = ("parts", "labour", "consumables", "travel")


@dataclass(frozen=True)
class Entry:
    """What is told of a plan; a warranty goes with the appliance and names no household."""

    external_id: str
    device_id: int
    household_id: int | None
    kind: str
    name: str
    starts_on: date
    ends_on: date | None
    covers: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """A warranty or a plan on an appliance."""

    id: int
    external_id: str
    device_id: int
    household_id: int | None
    kind: str
    name: str
    starts_on: date
    ends_on: date | None
    covers: list[str]
    running: bool
    """Whether it covers anything at the time that was asked about."""


@dataclass(frozen=True)
class Cover:
    """All that covers an appliance at one time, together."""

    device_id: int
    plan: str
    """The name of the household's plan, or else of the warranty."""
    warranty_until: date | None
    plan_until: date | None
    covers: frozenset[str]
    """What the customer does not pay for, of COVERS."""


def record(connection: Connection, entries: Sequence[Entry]) -> list[int]:
    """Add or update plans by external id; return their ids."""
    rows = connection.execute(
        _SQL["record"],
        {
            "external_ids": [each.external_id for each in entries],
            "device_ids": [each.device_id for each in entries],
            "household_ids": [each.household_id for each in entries],
            "kinds": [each.kind for each in entries],
            "names": [each.name for each in entries],
            "starts": [each.starts_on for each in entries],
            "ends": [each.ends_on for each in entries],
            "covers": [";".join(sorted(each.covers)) for each in entries],
        },
    ).fetchall()
    return [int(str(row[0])) for row in rows]


def of_devices(connection: Connection, device_ids: Sequence[int], at: datetime) -> list[Plan]:
    """Warranties of these appliances and plans of those who own them, those that run first."""
    with connection.cursor(row_factory=class_row(Plan)) as cursor:
        return cursor.execute(
            _SQL["of_devices"], {"device_ids": list(device_ids), "at": at}
        ).fetchall()


def covers(connection: Connection, device_ids: Sequence[int], at: datetime) -> dict[int, Cover]:
    """What covers each appliance at `at`; those that nothing covers are left out."""
    running = [each for each in of_devices(connection, device_ids, at) if each.running]
    return {
        device_id: _cover(device_id, [each for each in running if each.device_id == device_id])
        for device_id in {each.device_id for each in running}
    }


def _cover(device_id: int, running: Sequence[Plan]) -> Cover:
    plans = [each for each in running if each.kind == "plan"]
    return Cover(
        device_id=device_id,
        plan=(plans or running)[0].name,
        warranty_until=_latest(each.ends_on for each in running if each.kind == "warranty"),
        plan_until=_latest(each.ends_on for each in plans),
        covers=frozenset(what for each in running for what in each.covers),
    )


def _latest(days: Iterable[date | None]) -> date | None:
    return max((day for day in days if day), default=None)
