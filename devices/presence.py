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
    """Up to `limit` devices of a type with readings that were not judged."""
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        return cursor.execute(_SQL["unjudged"], {"type": type_name, "limit": limit}).fetchall()


@dataclass(frozen=True)
class Judged:
    """How far a device that was waiting is judged now."""

    heard: Heard
    """As it was when it was judged."""
    until: datetime
    attentive: bool
    """Whether an alarm of it fires or is about to turn, so that every further reading counts."""


def mark_judged(connection: Connection, judged: Sequence[Judged]) -> None:
    """Note up to which reading each device was judged; last in a transaction, for it locks."""
    told = {
        "device_ids": [each.heard.device_id for each in judged],
        "since": [each.heard.judged_at for each in judged],
        "until": [each.until for each in judged],
        "attentive": [each.attentive for each in judged],
    }
    connection.execute(_SQL["lock_in_order"], {"device_ids": told["device_ids"]})
    connection.execute(_SQL["mark_judged"], told)


def last_heard(connection: Connection, type_name: str) -> list[Heard]:
    """Every appliance of a type in service that was ever heard."""
    with connection.cursor(row_factory=class_row(Heard)) as cursor:
        return cursor.execute(_SQL["last_heard"], {"type": type_name}).fetchall()
