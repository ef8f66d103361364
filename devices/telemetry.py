"""Readings: storing a batch of them exactly once, and reading them back.

Storing is set-based: COPY into a staging table, one INSERT that leaves out what is there already,
and a look at what was left out only when something was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd
from psycopg import sql

from devices import telemetry_table
from devices.catalogue.appliance_type import ApplianceType, Storage
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
Value = float | int | bool | None


@dataclass(frozen=True)
class Reading:
    """What one appliance measured at one instant; metrics it did not report are missing."""

    device_id: int
    time: datetime
    values: dict[str, Value]

    def row(self, metrics: Sequence[str]) -> Iterable[Value]:
        """The values of `metrics`, in their order; None for one that was not measured."""
        return map(self.values.get, metrics)


@dataclass(frozen=True)
class Stored:
    """What became of a batch."""

    inserted: int
    duplicates: int
    """Already stored with the same values."""
    left_out: list[int] = field(default_factory=list)
    """Positions in the batch of readings that were not inserted: duplicates and conflicts."""
    conflicts: list[int] = field(default_factory=list)
    """Positions in the batch of readings whose instant is stored with other values."""


def store(
    connection: Connection, description: ApplianceType, readings: Sequence[Reading]
) -> Stored:
    """Store a batch of one type's readings in the caller's transaction.

    `(device_id, time)` decides: what is there stays. Metrics outside the catalogue are ignored.
    """
    if not readings:
        return Stored(0, 0)
    outcome = insert(connection, description, readings)
    connection.execute(_SQL["advance_devices"])
    connection.execute(_SQL["mark_stale_hours"], {"type": description.type})
    return outcome


def insert(
    connection: Connection, description: ApplianceType, readings: Sequence[Reading]
) -> Stored:
    """Store at least one reading, and leave it to the caller to note that it was heard."""
    _stage(connection, description, readings)
    names = {"type": sql.Literal(description.type), "table": _target(description.type)}
    columns = _columns(description)
    rows = connection.execute(
        sql.SQL(_SQL["insert_staged"]).format(columns=columns, **names)
    ).fetchall()
    left_out = [int(str(row[0])) for row in rows]
    conflicts: list[int] = []
    if left_out:
        rows = connection.execute(
            sql.SQL(_SQL["conflicting"]).format(
                stored=_columns(description, "stored"),
                staged=_columns(description, "staged"),
                **names,
            )
        ).fetchall()
        conflicts = [int(str(row[0])) for row in rows]
    return Stored(
        len(readings) - len(left_out), len(left_out) - len(conflicts), left_out, conflicts
    )


def _stage(connection: Connection, description: ApplianceType, readings: Sequence[Reading]) -> None:
    connection.execute("DROP TABLE IF EXISTS pg_temp.staged")
    connection.execute(sql.SQL(_SQL["make_staging"]).format(table=_target(description.type)))
    metrics = list(description.metrics)
    types = [
        "int4",
        "int4",
        "timestamptz",
        *(_COPY_TYPES[m.storage] for m in description.metrics.values()),
    ]
    statement = sql.SQL(
        "COPY pg_temp.staged (position, device_id, time, {}) FROM STDIN (FORMAT BINARY)"
    )
    with connection.cursor().copy(statement.format(_columns(description))) as copy:
        copy.set_types(types)
        for position, reading in enumerate(readings):
            copy.write_row((position, reading.device_id, reading.time, *reading.row(metrics)))


_COPY_TYPES = {
    Storage.REAL: "float4",
    Storage.DOUBLE: "float8",
    Storage.INTEGER: "int4",
    Storage.BOOLEAN: "bool",
}


def after(
    connection: Connection,
    description: ApplianceType,
    device_ids: Sequence[int],
    since: Sequence[datetime],
    until: datetime,
) -> pd.DataFrame:
    """Readings of each device later than its own `since`, up to `until`, by device and time.

    Columns: device_id, time (UTC) and each metric of the type as float.
    """
    statement = sql.SQL(_SQL["after"]).format(
        columns=_columns(description, "reading"), table=_target(description.type)
    )
    cursor = connection.execute(
        statement, {"device_ids": list(device_ids), "since": list(since), "until": until}
    )
    return _frame(cursor.fetchall(), description)


def between(
    connection: Connection,
    description: ApplianceType,
    device_id: int,
    start: datetime,
    end: datetime,
    limit: int = 100_000,
) -> pd.DataFrame:
    """One device's readings with start <= time < end, as they came; columns as for `after`."""
    statement = sql.SQL(_SQL["between"]).format(
        columns=_columns(description, "reading"), table=_target(description.type)
    )
    cursor = connection.execute(
        statement, {"device_id": device_id, "start": start, "end": end, "limit": limit}
    )
    return _frame(cursor.fetchall(), description)


def last_before(
    connection: Connection, description: ApplianceType, device_id: int, at: datetime
) -> pd.DataFrame:
    """The device's newest reading at or before `at`: one row, or none."""
    statement = sql.SQL(_SQL["last_before"]).format(
        columns=_columns(description, "reading"), table=_target(description.type)
    )
    cursor = connection.execute(statement, {"device_id": device_id, "at": at})
    return _frame(cursor.fetchall(), description)


def newest(
    connection: Connection,
    description: ApplianceType,
    region: str | None = None,
    *,
    after_id: int = 0,
    limit: int | None = None,
) -> pd.DataFrame:
    """The newest reading of each appliance of a type that is in service; of a region, or of all.

    By device, those with an id above `after_id` and up to `limit`; columns as for `after`. One
    that was never heard has no row.
    """
    statement = sql.SQL(_SQL["newest"]).format(
        columns=_columns(description, "reading"), table=_target(description.type)
    )
    cursor = connection.execute(
        statement,
        {"type": description.type, "region": region, "after_id": after_id, "limit": limit},
    )
    return _frame(cursor.fetchall(), description)


def count(connection: Connection, type_name: str) -> int:
    """How many readings of a type are stored."""
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(_target(type_name))
    ).fetchone()
    return int(str(row[0])) if row else 0


def _frame(rows: Sequence[tuple[object, ...]], description: ApplianceType) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["device_id", "time", *description.metrics])
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    return frame.astype(dict.fromkeys(description.metrics, "float64"))


def _target(type_name: str) -> sql.Identifier:
    return telemetry_table.table(type_name)


def _columns(description: ApplianceType, owner: str | None = None) -> sql.Composed:
    names = (
        sql.Identifier(owner, metric) if owner else sql.Identifier(metric)
        for metric in description.metrics
    )
    return sql.SQL(", ").join(names)
