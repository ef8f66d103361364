"""A block of one type's readings as columns: packed and stored at once when nothing is a duplicate.

The fast sibling of `devices.telemetry.store`: COPY BINARY straight into the type's table, which
costs half of a staging table. It refuses a block that holds a key twice, or one that is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from devices import telemetry_table
from devices.binary_array import POSTGRES_EPOCH_MICROS, Instants, Integers
from devices.catalogue.appliance_type import ApplianceType, Storage
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
_WIRE = {Storage.REAL: ">f4", Storage.DOUBLE: ">f8", Storage.INTEGER: ">i4", Storage.BOOLEAN: "u1"}


class DuplicateError(Exception):
    """A reading of the block is stored already."""


@dataclass(frozen=True)
class Block:
    """Readings of one type: element or row `i` of each array is reading `i`."""

    device_ids: NDArray[np.int32]
    times: NDArray[np.int64]
    """Microseconds since 1970, UTC."""
    values: NDArray[np.float64]
    """One column a metric, in the catalogue's order; NaN where it was not measured."""

    def __len__(self) -> int:
        return len(self.device_ids)

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Block:
        """Some of the readings."""
        return Block(self.device_ids[chosen], self.times[chosen], self.values[chosen])

    def in_order(self) -> Block:
        """The same by device and time, the order in which every writer locks keys."""
        return self.rows(np.lexsort((self.times, self.device_ids)))


def micros(instant: datetime) -> int:
    """An instant as microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def store(connection: Connection, description: ApplianceType, block: Block) -> None:
    """Store a block in the caller's transaction, all of it or, with DuplicateError, nothing."""
    if not len(block):
        return
    data, columns = packed(description, block.in_order())
    statement = sql.SQL("COPY {} (device_id, time, {}) FROM STDIN (FORMAT BINARY)").format(
        telemetry_table.table(description.type),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    # Not `connection.transaction()`: as a transaction's first statement that would commit alone.
    connection.execute("SAVEPOINT block")
    try:
        with connection.cursor().copy(statement) as copy:
            copy.write(data)
    except psycopg.errors.UniqueViolation as error:
        connection.execute("ROLLBACK TO SAVEPOINT block")
        raise DuplicateError from error
    connection.execute("RELEASE SAVEPOINT block")


def repeated(block: Block) -> NDArray[np.bool_]:
    """Which readings have the key of another one in the block."""
    order = np.lexsort((block.times, block.device_ids))
    same = (np.diff(block.device_ids[order]) == 0) & (np.diff(block.times[order]) == 0)
    found = np.zeros(len(block), dtype=np.bool_)
    found[order[:-1][same]] = found[order[1:][same]] = True
    return found


def stored(connection: Connection, description: ApplianceType, block: Block) -> NDArray[np.bool_]:
    """Which readings have a key that is stored already."""
    statement = sql.SQL(_SQL["stored"]).format(table=telemetry_table.table(description.type))
    rows = connection.execute(
        statement,
        {"device_ids": Integers(block.device_ids), "times": Instants(block.times)},
    ).fetchall()
    found = np.zeros(len(block), dtype=np.bool_)
    found[[int(str(row[0])) for row in rows]] = True
    return found


def packed(description: ApplianceType, block: Block) -> tuple[bytes, list[str]]:
    """A block as COPY BINARY takes it, and the metrics that it has a column for."""
    missing = np.isnan(block.values)
    metrics = [
        (place, name, metric.storage)
        for place, (name, metric) in enumerate(description.metrics.items())
        if not missing[:, place].all()
    ]
    table = np.empty(len(block), dtype=_row_type([storage for _, _, storage in metrics]))
    table["fields"] = len(metrics) + 2
    table["device_size"], table["device"] = 4, block.device_ids
    table["time_size"], table["time"] = 8, block.times - POSTGRES_EPOCH_MICROS
    for number, (place, _, _) in enumerate(metrics):
        absent = missing[:, place]
        size = table.dtype[f"value{number}"].itemsize
        table[f"size{number}"] = np.where(absent, -1, size)
        table[f"value{number}"] = np.where(absent, 0, block.values[:, place])
    absences = [missing[:, place] for place, _, _ in metrics]
    return SIGNATURE + _without_absent(table, absences) + END, [name for _, name, _ in metrics]


def _row_type(storages: list[Storage]) -> np.dtype[np.void]:
    fields = [("fields", ">i2"), ("device_size", ">i4"), ("device", ">i4")]
    fields += [("time_size", ">i4"), ("time", ">i8")]
    for number, storage in enumerate(storages):
        fields += [(f"size{number}", ">i4"), (f"value{number}", _WIRE[storage])]
    return np.dtype(fields)


def _without_absent(table: NDArray[np.void], absences: list[NDArray[np.bool_]]) -> bytes:
    """The rows' bytes; a NULL has a length of -1 and no bytes of a value."""
    if not any(absent.any() for absent in absences):
        return table.tobytes()
    row_bytes = table.view(np.uint8).reshape(len(table), table.dtype.itemsize)
    kept = np.ones(row_bytes.shape, dtype=np.bool_)
    for number, absent in enumerate(absences):
        value, start = table.dtype.fields[f"value{number}"][:2]  # type: ignore[index]
        kept[absent, start : start + value.itemsize] = False
    return row_bytes[kept].tobytes()
