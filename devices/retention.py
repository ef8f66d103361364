"""How long readings, their hours and refused messages are kept; what is older is deleted.

Age is event time, as everything is judged by it: a recording of ten years ago that is replayed is
not old, and while nothing comes in nothing goes. Readings and hours go by whole chunks,
where there are none too, so that the same rows are left on every database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from psycopg import sql

from devices import watermark
from devices.telemetry_table import HOURS_CHUNK, READINGS_CHUNK
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import capability, portions, query
from storage.pool import Connection, Pool

_SQL = query.beside(__file__)
ENFORCE = "devices.retention.enforce"
"""The name of this errand."""
EVERY_HOUR = "7 * * * *"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROWS = 20_000
"""Rows that one transaction deletes at most from a table without chunks."""
_log = structlog.get_logger()


@dataclass(frozen=True)
class Keeping:
    """For how long each kind is kept; None for ever."""

    readings: timedelta | None = None
    hours: timedelta | None = None
    dead_letters: timedelta | None = None

    @classmethod
    def of(cls, settings: Settings) -> Keeping:
        """As the settings say; 0 days are for ever."""
        return cls(
            _days(settings.keep_readings_days),
            _days(settings.keep_hours_days),
            _days(settings.keep_dead_letters_days),
        )


@dataclass(frozen=True)
class Expired:
    """What is too old in one table of a type."""

    type: str
    table: str
    before: datetime


def enforce(pool: Pool, keeping: Keeping, stop: Stop, timestamp: int = 0) -> None:
    """Delete everything that is too old, a transaction at a time, until done or asked to stop.

    The queue tells the time it was due; the age of readings hangs on what has come in since.
    """
    _log.debug("retention begins", due=timestamp)
    with pool.connection() as connection:
        expired = too_old(connection, keeping)
    for one in expired:
        _repeat(pool, stop, f"telemetry.{one.table}", partial(delete, expired=one))
    if keeping.dead_letters is not None:
        letters = partial(delete_dead_letters, kept=keeping.dead_letters)
        _repeat(pool, stop, "dead_letters", letters)


def too_old(connection: Connection, keeping: Keeping) -> list[Expired]:
    """What readings and hours to delete, as of how far ingest has come in event time."""
    reached = watermark.current(connection)
    if reached is None:
        return []
    kinds = (
        ("", keeping.readings, READINGS_CHUNK),
        ("_hourly", keeping.hours, HOURS_CHUNK),
        ("_daily", keeping.hours, HOURS_CHUNK),
    )
    types = [str(row[0]) for row in connection.execute(_SQL["types"]).fetchall()]
    tables = {row[0] for row in connection.execute(_SQL["tables"]).fetchall()}
    return [
        Expired(type_name, f"{type_name}{suffix}", chunk_start(reached - kept, chunk))
        for type_name in types
        for suffix, kept, chunk in kinds
        if kept is not None and f"{type_name}{suffix}" in tables
    ]


def delete(connection: Connection, expired: Expired) -> int:
    """Delete all chunks that are too old or, from a table without chunks, up to `ROWS` rows.

    Returns how many chunks or rows; 0 when nothing is left.
    """
    table = sql.Identifier("telemetry", expired.table)
    chunks = capability.is_hypertable(connection, "telemetry", expired.table)
    statement = sql.SQL(_SQL["drop_chunks" if chunks else "delete"]).format(
        table=table, name=sql.Literal(table.as_string(connection))
    )
    connection.execute(_SQL["be_patient"])
    told = {"type": expired.type, "before": expired.before, "limit": ROWS}
    return connection.execute(statement, told).rowcount


def delete_dead_letters(connection: Connection, kept: timedelta) -> int:
    """Delete up to `ROWS` refused messages that came longer ago, replayed or not; how many."""
    return connection.execute(_SQL["delete_dead_letters"], {"kept": kept, "limit": ROWS}).rowcount


def chunk_start(instant: datetime, chunk: timedelta) -> datetime:
    """Where the chunk that holds an instant begins: they are counted from 1970."""
    return instant - (instant - EPOCH) % chunk


def _repeat(pool: Pool, stop: Stop, table: str, delete_some: Callable[[Connection], int]) -> None:
    if total := portions.work_off(pool, stop, delete_some):
        _log.info("too old and deleted", table=table, number=total)


def _days(number: int) -> timedelta | None:
    return timedelta(days=number) or None
