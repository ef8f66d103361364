"""Many hours of many devices as arrays, at a third of what they cost as rows.

In `devices.rollup.window` each value becomes an object, and in a COPY each row a message. Here the
database strings the numbers of an hour together, and they are read as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from devices import telemetry_table
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry_block import micros
from devices.telemetry_table import STATISTICS
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

ID_BYTES = 4
AT_ONCE = 4
"""Columns that are strung together."""


@dataclass(frozen=True)
class HourBlock:
    """Hours by device and time: element or row `i` of each array is one hour of one device."""

    device_ids: NDArray[np.int64]
    times: NDArray[np.int64]
    """Microseconds since 1970, UTC."""
    values: NDArray[np.float64]
    """(hours, columns) in the order asked for; NaN where the hour has none. Columns are
    contiguous."""

    def __len__(self) -> int:
        return len(self.device_ids)


def read(
    connection: Connection,
    description: ApplianceType,
    columns: Sequence[str],
    devices: tuple[int, int],
    span: tuple[datetime, datetime],
) -> HourBlock:
    """Hours with start <= time < end of devices with first <= id <= last, retired ones too.

    `columns` are rollup columns such as `power_w_mean`. Other statements of the caller's
    transaction are planned likewise.
    """
    refuse_unknown(description, columns)
    statement = sql.SQL(_SQL["hours"]).format(
        hourly=telemetry_table.hourly_table(description.type),
        columns=sql.SQL(", ").join(_strung(columns[at:][:AT_ONCE]) for at in _places(columns)),
    )
    asked = {"first_id": devices[0], "last_id": devices[1], "start": span[0], "end": span[1]}
    connection.execute(_SQL["plan"])
    rows = connection.cursor(binary=True).execute(statement, asked).fetchall()
    return _by_device(sorted(rows), columns)


def refuse_unknown(description: ApplianceType, columns: Sequence[str]) -> None:
    """Raise ValueError for a column that the type's rollup does not have."""
    known = {f"{metric}_{statistic}" for metric in description.metrics for statistic in STATISTICS}
    unknown = set(columns) - known
    if unknown:
        raise ValueError(f"{description.type} has no rollup columns {sorted(unknown)}")


def _strung(columns: Sequence[str]) -> sql.Composed:
    """Some columns' numbers as bytes, one that is missing in its place too.

    A line segment is four numbers that are made into bytes by one call; to string each for itself
    takes the database nearly half as long again.
    """
    numbers: list[sql.Composable] = [
        sql.SQL("coalesce({}::double precision, 'NaN')").format(sql.Identifier("rollup", name))
        for name in columns
    ]
    numbers += [sql.SQL("'NaN'")] * (AT_ONCE - len(columns))
    return sql.SQL("string_agg(lseg_send(lseg(point({}, {}), point({}, {}))), NULL)").format(
        *numbers
    )


def _by_device(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> HourBlock:
    hours = np.array([micros(row[0]) for row in rows], dtype=np.int64)
    devices_in = np.array([len(row[1]) // ID_BYTES for row in rows], dtype=np.int64)
    device_ids = np.frombuffer(b"".join(row[1] for row in rows), ">i4").astype(np.int64)
    hour = np.repeat(np.arange(len(hours)), devices_in)
    order = _order(device_ids, hour)
    values = np.empty((len(order), len(columns)), order="F")
    for number, place in enumerate(_places(columns)):
        strung = b"".join(row[2 + number] for row in rows)
        some = values[:, place : place + AT_ONCE]
        some[:] = np.frombuffer(strung, ">f8").reshape(-1, AT_ONCE)[order, : some.shape[1]]
    return HourBlock(device_ids[order], hours[hour[order]], values)


def _places(columns: Sequence[str]) -> range:
    return range(0, len(columns), AT_ONCE)


def _order(device_ids: NDArray[np.int64], hour: NDArray[np.int64]) -> NDArray[np.intp]:
    """By device, then hour; rows need not be sorted, for each has a place of its own."""
    unit = np.searchsorted(np.unique(device_ids), device_ids)
    place = unit * (hour.max(initial=0) + 1) + hour
    at_place = np.full(place.max(initial=-1) + 1, -1, dtype=np.intp)
    at_place[place] = np.arange(len(place))
    return at_place[at_place >= 0]
