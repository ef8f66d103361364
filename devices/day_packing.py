"""Packs the days of a rollup that are over, and unpacks one when an hour of it changes.

Who changes hours holds a lock that many may hold, who packs wants it alone: so what is packed
was read after every change that is known, and every later change finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from devices import hour_rows, packed_days, telemetry_table
from devices.binary_array import POSTGRES_EPOCH_MICROS, Instants, Integers
from devices.catalogue.appliance_type import ApplianceType
from devices.hour_rows import Rows, Wanted
from devices.packed_days import DAY, HOUR_MICROS, HOURS
from devices.telemetry_block import END, EPOCH, SIGNATURE, micros
from devices.telemetry_table import PACKED
from storage import lock, query
from storage.pool import Connection

_SQL = query.beside(__file__)

KEPT = timedelta(days=12)
"""So many days before the newest are kept: no model that judges a fleet looks further back."""
SETTLES = timedelta(hours=3)
"""A day that has been over for so long is packed; what comes later has it packed again."""
LIMIT = 1000
"""Device-days at a time, in a third of a second or so."""
DAY_MICROS = HOURS * HOUR_MICROS
APART = 1 << 20
"""More than days since 1970."""
NOBODY = (0, -1)


@dataclass(frozen=True)
class Reached:
    """All days from `since` on are packed before `until`, and that of `until` up to a device."""

    since: datetime
    until: datetime
    device_id: int = 0


@dataclass(frozen=True)
class DeviceDays:
    """Days of devices; a day begins at `times`, in microseconds since 1970."""

    device_ids: NDArray[np.int32]
    times: NDArray[np.int64]

    @classmethod
    def of(cls, days: Sequence[tuple[int, datetime]]) -> DeviceDays:
        """Make it of pairs."""
        return cls(
            np.array([device_id for device_id, _ in days], dtype=np.int32),
            np.array([micros(day) for _, day in days], dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.device_ids)


def hold(connection: Connection, type_name: str) -> None:
    """Keep days from being packed until the transaction ends; others may hold them too."""
    lock.acquire_shared(connection, _lock_of(type_name))


def unpack(
    connection: Connection,
    type_name: str,
    device_ids: Sequence[int],
    hours: Sequence[datetime],
) -> None:
    """Have hours that change read as they stand until their days are packed anew; after `hold`."""
    reached = _reached(connection, type_name)
    if reached is None or min(hours) >= reached.until + DAY:
        return
    connection.execute(
        _statement("unpack", type_name),
        {"type": type_name, "device_ids": list(device_ids), "hours": list(hours)},
    )


def pack(
    connection: Connection, description: ApplianceType, reached: datetime, limit: int = LIMIT
) -> int:
    """Pack up to `limit` device-days: first those that changed, then what is over at `reached`.

    Returns how many were looked at; 0 if none is left, or if somebody else is at it. What is too
    old goes meanwhile.
    """
    if not lock.try_acquire(connection, _lock_of(description.type)):
        return 0
    over = packed_days.start_of_day(reached - SETTLES)
    first = Reached(over - KEPT, over - KEPT)
    known = _reached(connection, description.type)
    before = first if known is None or known.until < first.until else known
    days, after = _changed(connection, description.type, before, limit), before
    if not len(days):
        days, after = _next(connection, description.type, before, over, limit)
    if after != known:
        _remember(connection, description.type, after)
    if len(days):
        _pack(connection, description.type, days, after.since)
    return len(days)


def _lock_of(type_name: str) -> str:
    return f"packed days:{type_name}"


def _statement(block: str, type_name: str) -> sql.Composed:
    return sql.SQL(_SQL[block]).format(daily=telemetry_table.daily_table(type_name))


def _reached(connection: Connection, type_name: str) -> Reached | None:
    row = connection.execute(_SQL["reached"], {"type": type_name}).fetchone()
    return Reached(*cast("tuple[datetime, datetime, int]", row)) if row else None


def _remember(connection: Connection, type_name: str, reached: Reached) -> None:
    told = {"since": reached.since, "until": reached.until, "device_id": reached.device_id}
    connection.execute(_SQL["remember"], {"type": type_name} | told)


def _changed(connection: Connection, type_name: str, reached: Reached, limit: int) -> DeviceDays:
    asked = {"since": reached.since, "limit": limit}
    rows = cast(
        "list[tuple[int, datetime]]",
        connection.execute(_statement("changed", type_name), asked).fetchall(),
    )
    return DeviceDays.of(rows)


def _next(
    connection: Connection, type_name: str, reached: Reached, over: datetime, limit: int
) -> tuple[DeviceDays, Reached]:
    """The next devices of the first day that is not packed, and of those after it."""
    parts = [DeviceDays.of([])]
    left = limit
    while left and reached.until < over:
        asked = {"type": type_name, "device_id": reached.device_id, "limit": left}
        rows = connection.execute(_SQL["next_devices"], asked).fetchall()
        parts.append(DeviceDays.of([(int(str(row[0])), reached.until) for row in rows]))
        if len(rows) == left:
            reached = replace(reached, device_id=int(parts[-1].device_ids[-1]))
        else:
            until = reached.until + DAY
            reached = Reached(max(reached.since, until - KEPT), until)
        left -= len(rows)
    return DeviceDays(
        np.concatenate([part.device_ids for part in parts]),
        np.concatenate([part.times for part in parts]),
    ), reached


def _pack(connection: Connection, type_name: str, days: DeviceDays, since: datetime) -> None:
    columns = _columns(connection, type_name)
    told = {"device_ids": Integers(days.device_ids), "days": Instants(days.times), "since": since}
    span = (_instant(days.times.min()), _instant(days.times.max()) + DAY)
    wanted = Wanted(NOBODY, span, [], days.device_ids, days.times)
    with hour_rows.planned(connection):
        connection.execute(_statement("clear", type_name), told)
        rows = hour_rows.read(connection, type_name, columns, wanted)
    if len(rows):
        _copy(connection, type_name, columns, rows)


def _instant(at: np.int64) -> datetime:
    return EPOCH + timedelta(microseconds=int(at))


def _columns(connection: Connection, type_name: str) -> list[str]:
    metrics = connection.execute(_SQL["metrics"], {"type": type_name}).fetchall()
    return [f"{metric}_{statistic}" for statistic in PACKED for (metric,) in metrics]


def _copy(connection: Connection, type_name: str, columns: Sequence[str], rows: Rows) -> None:
    statement = sql.SQL("COPY {} (device_id, time, hours, {}) FROM STDIN (FORMAT BINARY)").format(
        telemetry_table.daily_table(type_name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor().copy(statement) as copy:
        copy.write(SIGNATURE + packed(rows) + END)


def packed(rows: Rows) -> bytes:
    """Each day as COPY BINARY takes it, by device and day."""
    day, hour = np.divmod(rows.times // HOUR_MICROS, HOURS)
    keys, place = np.unique(rows.device_ids * APART + day, return_inverse=True)
    device_ids, days = np.divmod(keys, APART)
    table = np.zeros(len(keys), dtype=_row_type(len(rows.values)))
    table["fields"] = 3 + len(rows.values)
    table["device_size"], table["device"] = 4, device_ids
    table["time_size"], table["time"] = 8, days * DAY_MICROS - POSTGRES_EPOCH_MICROS
    table["hours_size"] = 4
    table["hours"] = np.bincount(place, weights=1 << hour).astype(np.int64)
    for number, column in enumerate(rows.values):
        values = np.full((len(keys), HOURS), np.nan)
        values[place, hour] = column
        table[f"size{number}"], table[f"value{number}"] = values[0].nbytes, values
    return table.tobytes()


def _row_type(columns: int) -> np.dtype[np.void]:
    fields: list[tuple[str, str] | tuple[str, str, int]] = [
        ("fields", ">i2"),
        ("device_size", ">i4"),
        ("device", ">i4"),
        ("time_size", ">i4"),
        ("time", ">i8"),
        ("hours_size", ">i4"),
        ("hours", ">i4"),
    ]
    for number in range(columns):
        fields += [(f"size{number}", ">i4"), (f"value{number}", ">f8", HOURS)]
    return np.dtype(fields)
