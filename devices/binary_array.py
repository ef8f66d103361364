"""Columns of numbers as PostgreSQL arrays, packed at once: a list is formatted item by item."""

from __future__ import annotations

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

POSTGRES_EPOCH_MICROS = 946_684_800_000_000
"""PostgreSQL counts from the year 2000."""
INT4, INT4_ARRAY = 23, 1007
TIMESTAMPTZ, TIMESTAMPTZ_ARRAY = 1184, 1185


class Integers:
    """integer[]."""

    def __init__(self, values: NDArray[np.int32]) -> None:
        self.packed = _packed(values, ">i4", INT4)


class Instants:
    """timestamptz[], from microseconds since 1970."""

    def __init__(self, micros: NDArray[np.int64]) -> None:
        self.packed = _packed(micros - POSTGRES_EPOCH_MICROS, ">i8", TIMESTAMPTZ)


class _IntegersDumper(Dumper):
    format = Format.BINARY
    oid = INT4_ARRAY

    def dump(self, obj: Integers) -> bytes:
        return obj.packed


class _InstantsDumper(Dumper):
    format = Format.BINARY
    oid = TIMESTAMPTZ_ARRAY

    def dump(self, obj: Instants) -> bytes:
        return obj.packed


psycopg.adapters.register_dumper(Integers, _IntegersDumper)
psycopg.adapters.register_dumper(Instants, _InstantsDumper)


def _packed(values: NDArray[np.int32] | NDArray[np.int64], item: str, oid: int) -> bytes:
    """One dimension without NULLs: its head, then each item behind its length."""
    items = np.empty(len(values), dtype=[("size", ">i4"), ("item", item)])
    items["size"], items["item"] = np.dtype(item).itemsize, values
    head = np.array([1, 0, oid, len(values), 1], dtype=">i4")
    return head.tobytes() + items.tobytes()
