"""Whether an appliance is connected, and which ones have new readings or none for too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
State = Literal["online", "offline"]


@dataclass(frozen=True)
class Presence:
    """What an appliance, or its last will, said of its connection."""

    device_id: int
    time: datetime
    state: State


@dataclass(frozen=True)
class Heard:
    """How far a device was heard and judged."""

    device_id: int
    last_reading_at: datetime
    judged_at: datetime | None


def store(connection: Connection, reports: Sequence[Presence]) -> int:
    """Keep the newest state of each device; return how many devices were told of."""
    return connection.execute(
        _SQL["store"],
        {
            "device_ids": [report.device_id for report in reports],
            "times": [report.time for report in reports],
            "states": [report.state for report in reports],
        },
    ).rowcount


def unjudged(connection: Connection, type_name: str, limit: int = 5000) -> list[Heard]:
    """Up to `limit` devices of a type with readings newer than what was judged."""
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        return cursor.execute(_SQL["unjudged"], {"type": type_name, "limit": limit}).fetchall()


def mark_judged(
    connection: Connection, device_ids: Sequence[int], until: Sequence[datetime]
) -> None:
    """Note up to which reading each device was judged; last in a transaction, for it locks."""
    connection.execute(_SQL["lock_in_order"], {"device_ids": list(device_ids)})
    connection.execute(_SQL["mark_judged"], {"device_ids": list(device_ids), "until": list(until)})


def last_heard(connection: Connection, type_name: str) -> list[Heard]:
    """Every appliance of a type in service that was ever heard."""
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        return cursor.execute(_SQL["last_heard"], {"type": type_name}).fetchall()
