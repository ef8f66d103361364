"""What customers say that they replaced: days left begin anew, and a life did not end by itself.

See docs/decisions/0030-what-ends-a-life.md: who replaces because we asked says nothing of how long
the part would have lasted.
"""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import scalar_row

from devices.catalogue.appliance_type import ApplianceType
from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def record(
    connection: Connection,
    description: ApplianceType,
    device_id: int,
    consumable: str,
    contact_id: int,
    at: datetime,
) -> bool:
    """Keep a customer's word; False if they said the same within the day before."""
    if consumable not in description.consumables:
        raise InvalidError(f"{description.type} has no consumable {consumable!r}")
    told = {"device_id": device_id, "consumable": consumable, "contact_id": contact_id, "at": at}
    if connection.execute(_SQL["record"], told).rowcount == 0:
        return False
    connection.execute(_SQL["begin_anew"], told)
    return True


def last(connection: Connection, device_id: int, consumable: str) -> datetime | None:
    """When a customer last said so."""
    asked = {"device_id": device_id, "consumable": consumable}
    with connection.cursor(row_factory=scalar_row) as cursor:
        said: datetime | None = cursor.execute(_SQL["last"], asked).fetchone()
    return said
