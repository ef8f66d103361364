"""Hourly rollups: made again for every hour whose readings changed, on any database.

Ingest marks an hour stale in the transaction that changes it; a refresh claims stale hours and
computes them from the readings, so that late data come out as if they had been in time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import pandas as pd
from psycopg import sql

from devices import day_packing, telemetry_table
from devices.catalogue.appliance_type import ApplianceType, Storage
from devices.telemetry_table import STATISTICS
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def refresh(
    connection: Connection, description: ApplianceType, until: datetime, limit: int = 5000
) -> int:
    """Compute up to `limit` stale device-hours that end at or before `until`; return how many.

    Claimed hours are locked until the caller commits; other refreshers take others.
    """
    day_packing.hold(connection, description.type)
    claimed = connection.execute(
        _SQL["claim"], {"type": description.type, "until": until, "limit": limit}
    ).fetchall()
    if claimed:
        statement = sql.SQL(_SQL["compute"]).format(
            table=telemetry_table.table(description.type),
            hourly=telemetry_table.hourly_table(description.type),
            columns=sql.SQL(", ").join(_statistic_columns(description)),
            statistics=sql.SQL(", ").join(_expressions(description)),
            updates=sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(column)
                for column in _statistic_columns(description)
            ),
            fresh=_values_counted("excluded", description),
            known=_values_counted("known", description),
        )
        device_ids, hours = zip(*claimed, strict=True)
        day_packing.unpack(connection, description.type, device_ids, hours)
        connection.execute(
            statement,
            {
                "device_ids": list(device_ids),
                "hours": list(hours),
                "first": min(hours),
                "last": max(hours),
            },
        )
    return len(claimed)


def complete_until(
    connection: Connection, description: ApplianceType, since: datetime
) -> datetime | None:
    """The first hour from `since` on that still waits to be computed; None if none does."""
    row = connection.execute(
        _SQL["complete_until"], {"type": description.type, "since": since}
    ).fetchone()
    return row[0] if row and isinstance(row[0], datetime) else None


def window(
    connection: Connection,
    description: ApplianceType,
    columns: Sequence[str],
    start: datetime,
    end: datetime,
    device_ids: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Hours with start <= time < end of appliances in service, by device and time.

    `columns` are rollup columns such as `power_w_mean`. Returns device_id, time (UTC) and each
    column as float; all devices of the type, or those asked for.
    """
    known = {f"{metric}_{statistic}" for metric in description.metrics for statistic in STATISTICS}
    unknown = set(columns) - known
    if unknown:
        raise ValueError(f"{description.type} has no rollup columns {sorted(unknown)}")
    statement = sql.SQL(_SQL["window"]).format(
        hourly=telemetry_table.hourly_table(description.type),
        columns=sql.SQL(", ").join(sql.Identifier("rollup", column) for column in columns),
    )
    ids = None if device_ids is None else list(device_ids)
    # Binary: to write doubles as text and to read them again costs more than to find them.
    cursor = connection.cursor(binary=True).execute(
        statement, {"type": description.type, "start": start, "end": end, "device_ids": ids}
    )
    frame = pd.DataFrame(cursor.fetchall(), columns=["device_id", "time", *columns])
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    return frame.astype(dict.fromkeys(columns, "float64"))


def _statistic_columns(description: ApplianceType) -> list[sql.Identifier]:
    return [
        sql.Identifier(f"{metric}_{statistic}")
        for metric in description.metrics
        for statistic in STATISTICS
    ]


def _values_counted(row: str, description: ApplianceType) -> sql.Composed:
    return sql.SQL(" + ").join(
        sql.SQL("coalesce({}, 0)").format(sql.Identifier(row, f"{metric}_count"))
        for metric in description.metrics
    )


def _expressions(description: ApplianceType) -> Iterable[sql.Composed]:
    for name, metric in description.metrics.items():
        column = sql.Identifier("reading", name)
        cast = "::integer" if metric.storage is Storage.BOOLEAN else ""
        value = sql.SQL("({}" + cast + ")::double precision").format(column)
        yield sql.SQL("count({})").format(column)
        for function in ("avg", "min", "max", "stddev_samp"):
            yield sql.SQL(function + "({})").format(value)
        yield sql.SQL(
            "(array_agg({0} ORDER BY reading.time DESC) FILTER (WHERE {1} IS NOT NULL))[1]"
        ).format(value, column)
