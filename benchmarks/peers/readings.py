"""What the peers are sent and where they put it: flat, so that they need no more than they must."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import LiteralString

import numpy as np
from psycopg import sql

from benchmarks import delay, fleet
from benchmarks.fleet import DIGITS, METRICS, Frames
from benchmarks.window import Counter
from storage.capability import Capability, detect
from storage.pool import Connection

TABLE: LiteralString = "bench_readings"
VALUES = [f"m{number}" for number in range(METRICS)]
COLUMNS = ["device", "ts", *VALUES]
CHUNK_MS = timedelta(days=7) // timedelta(milliseconds=1)
SECOND_DIGITS = 10


def json_frames(devices: int, least_bytes: int) -> Frames:
    """{"ts": ..., "device": 17, "m0": ..., ...}: numbers only, no nesting, one shape for all."""
    chance = np.random.default_rng(1)
    messages = [
        (
            f"appliances/B{device:07d}/telemetry",
            f'{{"ts":{"1" * DIGITS},"device":{device},'
            + json.dumps(dict(zip(VALUES, _values(chance), strict=True)), separators=(",", ":"))[
                1:
            ],
        )
        for device in range(devices)
    ]
    return fleet.framed(messages, len('{"ts":') + np.arange(DIGITS), least_bytes)


def collectd_frames(devices: int, least_bytes: int) -> Frames:
    """SECONDS.MILLISECONDS:VALUE:VALUE..., which is collectd's own plain text."""
    chance = np.random.default_rng(1)
    payload = f"{'1' * SECOND_DIGITS}.{'1' * (DIGITS - SECOND_DIGITS)}:"
    messages = [
        (f"collectd/{device:07d}/bench/readings", payload + ":".join(map(str, _values(chance))))
        for device in range(devices)
    ]
    digits = np.arange(DIGITS)
    return fleet.framed(messages, digits + (digits >= SECOND_DIGITS), least_bytes)


def _values(chance: np.random.Generator) -> list[float]:
    return [round(float(value), 1) for value in chance.uniform(0, 100, METRICS)]


@contextmanager
def table(connection: Connection) -> Iterator[Counter]:
    """Make the table, as wide as ours and with the same key; drop it after."""
    name = sql.Identifier(TABLE)
    values = sql.SQL(", ").join(sql.SQL("{} real").format(sql.Identifier(each)) for each in VALUES)
    connection.execute(
        sql.SQL("CREATE TABLE {} (device integer, ts bigint, {}, PRIMARY KEY (device, ts))").format(
            name, values
        )
    )
    if detect(connection) is not Capability.PLAIN:
        connection.execute(
            "SELECT create_hypertable(%s::regclass, by_range('ts', %s::bigint),"
            " create_default_indexes => false)",
            (TABLE, CHUNK_MS),
        )
    before = _inserted(connection)
    try:
        yield Counter(lambda: _inserted(connection) - before, lambda: _count(connection))
    finally:
        connection.execute(sql.SQL("DROP TABLE {}").format(name))


def delays_ms(connection: Connection) -> tuple[float, float] | tuple[None, None]:
    """Median and 99th percentile from the time in the message to that of its commit."""
    return delay.percentiles_ms(
        connection, sql.SQL("to_timestamp(ts / 1000.0)"), sql.Identifier(TABLE)
    )


def _inserted(connection: Connection) -> int:
    """Rows inserted into any table here, as the server's statistics say, a second late."""
    return _number(connection, "SELECT coalesce(sum(n_tup_ins), 0) FROM pg_stat_user_tables")


def _count(connection: Connection) -> int:
    return _number(connection, "SELECT count(*) FROM " + TABLE)


def _number(connection: Connection, question: LiteralString) -> int:
    row = connection.execute(question).fetchone()
    return int(str(row[0])) if row else 0
