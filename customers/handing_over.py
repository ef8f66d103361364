"""Gives an appliance to another household, or to nobody: what either may see ends there."""

from __future__ import annotations

from datetime import datetime

from customers import ownership
from runtime.errors import ConflictError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def transfer(
    connection: Connection, device_id: int, household_id: int | None, at: datetime
) -> None:
    """Make a household the owner from `at` on; with None, end whatever ownership there is.

    ConflictError for a time before the present ownership began.
    """
    row = connection.execute(_SQL["began"], {"device_id": device_id}).fetchone()
    if row is not None and isinstance(row[0], datetime) and row[0] > at:
        raise ConflictError(
            f"the appliance has had its present owner since {row[0].isoformat()}",
            hint="nothing can be handed over before that",
        )
    if household_id is None:
        ownership.release(connection, [device_id], at)
    else:
        ownership.assign(connection, {device_id: household_id}, at)
