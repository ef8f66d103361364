"""Fault codes that appliances raised and cleared themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
State = Literal["raised", "cleared"]


@dataclass(frozen=True)
class Event:
    """A fault code as it was reported."""

    device_id: int
    time: datetime
    code: str
    state: State


@dataclass(frozen=True)
class Unjudged:
    """An event that no rule has looked at yet."""

    id: int
    device_id: int
    time: datetime
    code: str
    state: State
    type: str
    overtaken: bool
    """A later event of this code was judged before this one came in."""


def store(connection: Connection, events: Sequence[Event]) -> int:
    """Store events once each; return how many were new."""
    return connection.execute(
        _SQL["store"],
        {
            "device_ids": [event.device_id for event in events],
            "times": [event.time for event in events],
            "codes": [event.code for event in events],
            "states": [event.state for event in events],
        },
    ).rowcount


def claim_unjudged(connection: Connection, limit: int = 1000) -> list[Unjudged]:
    """Take the oldest events that nobody has judged; they count as judged once this commits.

    Those of retired appliances are taken too, and left out: they are history.
    """
    with connection.cursor(row_factory=class_row(Unjudged)) as cursor:
        return cursor.execute(_SQL["claim_unjudged"], {"limit": limit}).fetchall()


def of_device(
    connection: Connection, device_id: int, start: datetime, end: datetime
) -> list[Event]:
    """One device's events with start <= time < end, oldest first."""
    with connection.cursor(row_factory=class_row(Event)) as cursor:
        return cursor.execute(
            _SQL["of_device"], {"device_id": device_id, "start": start, "end": end}
        ).fetchall()
