"""Which household an appliance belongs to; a transfer ends one ownership and begins another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import event, query
from storage.event import Event
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Owned:
    """A time in which an appliance was a household's."""

    device_id: int
    household_id: int
    since: datetime
    until: datetime | None


def assign(connection: Connection, owners: dict[int, int], at: datetime) -> None:
    """Make `owners[device_id]` the household of each device from `at` on.

    A device that is the household's already stays so; another household's ownership ends, and
    with it what either may see of the other's time.
    """
    arguments = {"device_ids": list(owners), "household_ids": list(owners.values()), "at": at}
    ended = connection.execute(_SQL["end_others"], arguments).fetchall()
    connection.execute(_SQL["begin"], arguments)
    _tell(connection, ended, at)


def release(connection: Connection, device_ids: Sequence[int], at: datetime) -> None:
    """End whoever's ownership of these devices there is."""
    asked = {"device_ids": list(device_ids), "at": at}
    _tell(connection, connection.execute(_SQL["release"], asked).fetchall(), at)


def _tell(connection: Connection, ended: Sequence[Sequence[object]], at: datetime) -> None:
    """Write down whose devices went away: rows of a device and the household that had it."""
    event.append(
        connection,
        [
            Event("customer.transferred", f"household:{home}", at, facts={"device_id": device})
            for device, home in ended
        ],
    )


def households_of(connection: Connection, device_ids: Sequence[int]) -> dict[int, int]:
    """The household id of each device that has one now."""
    rows = connection.execute(_SQL["households_of"], {"device_ids": list(device_ids)}).fetchall()
    return {int(str(device)): int(str(household)) for device, household in rows}


def devices_of(connection: Connection, household_id: int) -> list[int]:
    """The ids of the appliances that a household has now."""
    rows = connection.execute(_SQL["devices_of"], {"household_id": household_id}).fetchall()
    return [int(str(row[0])) for row in rows]


def periods(connection: Connection, household_id: int) -> list[Owned]:
    """Each appliance that a household has or had, and from when until when."""
    with connection.cursor(row_factory=class_row(Owned)) as cursor:
        return cursor.execute(_SQL["periods"], {"household_id": household_id}).fetchall()


def since(connection: Connection, device_id: int, household_id: int) -> datetime | None:
    """When the household got the device that it has now: what was before is another's."""
    asked = {"device_id": device_id, "household_id": household_id}
    row = connection.execute(_SQL["since"], asked).fetchone()
    return row[0] if row and isinstance(row[0], datetime) else None
