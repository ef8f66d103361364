"""The chunks that readings need, made before a transaction writes any of them.

Whoever makes a chunk of a table keeps others that need a new one there waiting until it commits,
and late readings need new ones. Made within a batch of several types, they would stop two workers
crosswise; made one at a time, with nothing else held, they stop nobody.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from devices import telemetry_table
from devices.telemetry_table import READINGS_CHUNK
from storage import capability, query
from storage.pool import Connection

_SQL = query.beside(__file__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS = READINGS_CHUNK // timedelta(microseconds=1)


class Chunks:
    """Makes chunks, and remembers those that are there."""

    def __init__(self) -> None:
        self._there: defaultdict[str, set[int]] = defaultdict(set)

    def prepare(self, connection: Connection, type_name: str, micros: NDArray[np.int64]) -> None:
        """Make the chunks for a type's readings at these times, in microseconds since 1970.

        Commits each of them, and so ends the caller's transaction, in which nothing may have been
        written yet.
        """
        lacking = set(np.unique(micros // _MICROS).tolist()) - self._there[type_name]
        if not lacking:
            return
        if capability.is_hypertable(connection, "telemetry", type_name):
            for number in sorted(lacking):
                _make(connection, type_name, _EPOCH + number * READINGS_CHUNK)
        self._there[type_name] |= lacking


def _make(connection: Connection, type_name: str, start: datetime) -> None:
    """A row that is gone before anyone sees it makes a chunk, and the chunk stays."""
    names = {"table": telemetry_table.table(type_name), "name": sql.Literal(type_name)}
    told = {"start": start}
    if connection.execute(sql.SQL(_SQL["exists"]).format(**names), told).fetchone() is None:
        connection.commit()
        for block in ("insert", "delete"):
            connection.execute(sql.SQL(_SQL[block]).format(**names), told)
    connection.commit()
