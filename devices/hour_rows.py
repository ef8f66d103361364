"""Hours from the rollup's own rows, as arrays, at a third of what they cost one by one.

In `devices.rollup.window` each value becomes an object, and in a COPY each row a message. Here the
database strings the numbers of an hour together, and they are read as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import dict_row

from devices import telemetry_table
from devices.binary_array import Instants, Integers
from devices.telemetry_block import micros
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

ID_BYTES = 4
AT_ONCE = 4
"""Columns that are strung together."""
PLAN = {
    "memory": "64MB",
    "sort": "off",
    "scan": "off",
    "hash": "off",
    "merge": "off",
    "workers": "0",
}
"""Who reads many ranges at once needs no further processes for one."""


@dataclass(frozen=True)
class Rows:
    """Hours in no order: element `i` of each array is one hour of one device."""

    device_ids: NDArray[np.int64]
    times: NDArray[np.int64]
    """Microseconds since 1970, UTC."""
    values: list[NDArray[np.float64]]
    """Each column asked for; NaN where an hour has none."""

    def __len__(self) -> int:
        return len(self.device_ids)


@dataclass(frozen=True)
class Wanted:
    """Hours with start <= time < end: of a range of ids in some spans, and of single days."""

    devices: tuple[int, int]
    span: tuple[datetime, datetime]
    spans: Sequence[tuple[datetime, datetime]]
    """Of all appliances of the type with first <= id <= last, retired ones too."""
    device_ids: NDArray[np.int32]
    days: NDArray[np.int64]
    """Where a day of the device of the same place begins, in microseconds since 1970."""


@contextmanager
def planned(connection: Connection) -> Iterator[None]:
    """Have statements meanwhile find what they need by keys, and keep groups in memory."""
    before = connection.cursor(row_factory=dict_row).execute(_SQL["plans"]).fetchone()
    connection.execute(_SQL["plan"], PLAN)
    yield
    connection.execute(_SQL["plan"], before)


def read(connection: Connection, type_name: str, columns: Sequence[str], wanted: Wanted) -> Rows:
    """Read columns of a type's rollup, in a plan of ours (`planned`)."""
    statement = sql.SQL(_SQL["hours"]).format(
        hourly=telemetry_table.hourly_table(type_name),
        columns=sql.SQL(", ").join(_strung(columns[at:][:AT_ONCE]) for at in _places(columns)),
    )
    asked = {
        "type": type_name,
        "first_id": wanted.devices[0],
        "last_id": wanted.devices[1],
        "start": wanted.span[0],
        "end": wanted.span[1],
        "starts": [start for start, _ in wanted.spans],
        "ends": [end for _, end in wanted.spans],
        "device_ids": Integers(wanted.device_ids),
        "days": Instants(wanted.days),
    }
    found = connection.cursor(binary=True).execute(statement, asked).fetchall()
    return _rows(found, columns)


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


def _rows(found: Sequence[Sequence[Any]], columns: Sequence[str]) -> Rows:
    device_ids = np.frombuffer(b"".join(row[1] for row in found), ">i4").astype(np.int64)
    devices_in = np.array([len(row[1]) // ID_BYTES for row in found], dtype=np.int64)
    times = np.array([micros(row[0]) for row in found], dtype=np.int64)
    values: list[NDArray[np.float64]] = []
    for number, place in enumerate(_places(columns)):
        strung = b"".join(row[2 + number] for row in found)
        table = np.frombuffer(strung, ">f8").reshape(-1, AT_ONCE)
        values += [table[:, at].astype(np.float64) for at in range(len(columns[place:][:AT_ONCE]))]
    return Rows(device_ids, np.repeat(times, devices_in), values)


def _places(columns: Sequence[str]) -> range:
    return range(0, len(columns), AT_ONCE)
