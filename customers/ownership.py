"""Which household an appliance belongs to; a transfer ends one ownership and begins another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def assign(connection: Connection, owners: dict[int, int], at: datetime) -> None:
    """Make `owners[device_id]` the household of each device from `at` on.

    A device that is the household's already stays so; another household's ownership ends.
    """
    arguments = {"device_ids": list(owners), "household_ids": list(owners.values()), "at": at}
    connection.execute(_SQL["end_others"], arguments)
    connection.execute(_SQL["begin"], arguments)


def households_of(connection: Connection, device_ids: Sequence[int]) -> dict[int, int]:
    """The household id of each device that has one now."""
    rows = connection.execute(_SQL["households_of"], {"device_ids": list(device_ids)}).fetchall()
    return {int(str(device)): int(str(household)) for device, household in rows}


def devices_of(connection: Connection, household_id: int) -> list[int]:
    """The ids of the appliances that a household has now."""
    rows = connection.execute(_SQL["devices_of"], {"household_id": household_id}).fetchall()
    return [int(str(row[0])) for row in rows]
