"""Connections to the database: one pool a process."""

from __future__ import annotations

import psycopg
from psycopg_pool import ConnectionPool

from runtime.errors import ConfigurationError

Connection = psycopg.Connection[tuple[object, ...]]
Pool = ConnectionPool[psycopg.Connection[tuple[object, ...]]]

CONNECT_TIMEOUT_S = 10.0
ALWAYS = "-c timezone=UTC -c jit=off -c timescaledb.max_tuples_decompressed_per_dml_transaction=0"
"""Our statements are short and have many columns: compiling one takes longer than it runs. And late
data may go to compressed chunks whatever that costs: their limit refuses a transaction that looks
through more than 100,000 rows there, and would refuse it again. Others ignore that setting."""


def open_pool(url: str, *, most: int = 4, statement_s: float = 0.0) -> Pool:
    """Open up to `most` connections to `url`; wait for the first, or say that none is to be had.

    A statement that takes longer than `statement_s` is cancelled; 0 sets no bound.
    """
    options = f"{ALWAYS} -c statement_timeout={int(statement_s * 1000)}"
    pool: Pool = ConnectionPool(
        url,
        min_size=1,
        max_size=most,
        open=False,
        kwargs={"options": options},
        check=ConnectionPool.check_connection,
    )
    try:
        pool.open(wait=True, timeout=CONNECT_TIMEOUT_S)
    except psycopg.Error as error:
        pool.close()
        raise ConfigurationError(
            f"cannot reach the database: {error}",
            hint="check HEARTHWATCH_DATABASE_URL and that PostgreSQL is running",
        ) from error
    return pool


def connect(url: str, *, autocommit: bool = False) -> Connection:
    """Open one connection of its own, in UTC."""
    return psycopg.connect(url, autocommit=autocommit, options=ALWAYS)
