"""Days that are over, packed: the 24 means or last values of a metric are one value.

A week of an appliance is 8 rows in place of 168. What is packed equals the rollup: whoever changes
an hour of such a day says so in the same transaction (`devices.day_packing`), and until the day is
packed anew its hours are read as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from devices import telemetry_table
from devices.binary_array import POSTGRES_EPOCH_MICROS
from devices.telemetry_block import EPOCH, micros
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

DAY = timedelta(days=1)
HOURS = 24
HOUR_MICROS = 3_600_000_000
TIME_BYTES = 8
NOT_PACKED = -1
UNKNOWN = np.full(HOURS, np.nan).astype(">f8").tobytes()
"""A day of a metric that was new on a later one."""


@dataclass(frozen=True)
class Days:
    """Days of devices, in no order, of those with since <= day < until; others are not packed."""

    since: datetime
    until: datetime
    device_ids: NDArray[np.int64]
    times: NDArray[np.int64]
    """Where each day begins, in microseconds since 1970."""
    hours: NDArray[np.int64]
    """A bit for each hour that the rollup has; `NOT_PACKED` where one has to look there."""
    values: list[NDArray[np.float64]]
    """Each column asked for, (days, hours); NaN where an hour has none."""


def read(
    connection: Connection,
    type_name: str,
    columns: Sequence[str],
    devices: tuple[int, int],
    span: tuple[datetime, datetime],
) -> Days | None:
    """Read the days that have an hour with start <= time < end; None if no day is packed."""
    strung = (
        sql.SQL("string_agg(coalesce({}, %(unknown)s::bytea), NULL)").format(
            sql.Identifier("day", column)
        )
        for column in columns
    )
    statement = sql.SQL(_SQL["days"]).format(
        daily=telemetry_table.daily_table(type_name), columns=sql.SQL(", ").join(strung)
    )
    asked = {
        "type": type_name,
        "first_id": devices[0],
        "last_id": devices[1],
        "start": start_of_day(span[0]),
        "end": span[1],
        "unknown": UNKNOWN,
    }
    found = connection.cursor(binary=True).execute(statement, asked).fetchall()
    return _days(found, columns) if found else None


def start_of_day(instant: datetime) -> datetime:
    """Where its day of UTC begins."""
    return instant - timedelta(microseconds=micros(instant) % (HOURS * HOUR_MICROS))


def _days(found: Sequence[Sequence[Any]], columns: Sequence[str]) -> Days:
    since, until = (_instant(sent) for sent in found[0][:2])
    rows = [row[2:] for row in found if row[2] is not None]
    times = _joined(rows, 1, ">i8").astype(np.int64) + POSTGRES_EPOCH_MICROS
    days_in = [len(row[1]) // TIME_BYTES for row in rows]
    device_ids = np.repeat(np.array([row[0] for row in rows], dtype=np.int64), days_in)
    hours = _joined(rows, 2, ">i4").astype(np.int64)
    values = [
        _joined(rows, 3 + place, ">f8").astype(np.float64).reshape(-1, HOURS)
        for place in range(len(columns))
    ]
    return Days(since, until, device_ids, times, hours, values)


def _instant(sent: bytes) -> datetime:
    return EPOCH + timedelta(microseconds=int.from_bytes(sent, signed=True) + POSTGRES_EPOCH_MICROS)


def _joined(rows: Sequence[Sequence[bytes]], place: int, item: str) -> NDArray[Any]:
    return np.frombuffer(b"".join(row[place] for row in rows), item)
