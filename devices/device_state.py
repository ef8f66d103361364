"""Whether appliances are connected, and when each was last heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class DeviceState:
    """What was last heard of a device."""

    device_id: int
    last_reading_at: datetime | None = None
    presence: str | None = None
    presence_at: datetime | None = None


def of(connection: Connection, device_ids: Sequence[int]) -> dict[int, DeviceState]:
    """The state of each device; of one that was never heard, an empty one."""
    with connection.cursor(row_factory=class_row(DeviceState)) as cursor:
        rows = cursor.execute(_SQL["of"], {"device_ids": list(device_ids)}).fetchall()
    heard = {row.device_id: row for row in rows}
    return {device: heard.get(device, DeviceState(device)) for device in device_ids}
