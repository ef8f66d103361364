"""Compression of old readings and hours, where TimescaleDB's Community edition offers it.

A job of the database turns chunks into columns when they are old. Late readings still go into
them: what could be their duplicate is looked through first.
"""

from __future__ import annotations

from datetime import timedelta

from psycopg import sql

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def enable(connection: Connection, table: sql.Identifier) -> None:
    """Let the chunks of a hypertable be compressed: a device's rows together, by time."""
    if _asked(connection, "enabled", table) is not True:
        connection.execute(sql.SQL(_SQL["enable"]).format(table=table))


def compress_after(connection: Connection, table: sql.Identifier, after: timedelta) -> bool:
    """Compress chunks that ended `after` ago, or none if that is zero; whether this is new.

    Runs in the caller's transaction.
    """
    known = _asked(connection, "policy_after", table)
    if (known or timedelta(0)) == after:
        return False
    if known is not None:
        connection.execute(_statement(connection, "remove_policy", table))
    if after:
        connection.execute(_statement(connection, "add_policy", table, after=sql.Literal(after)))
    return True


def _asked(connection: Connection, block: str, table: sql.Identifier) -> object:
    row = connection.execute(_statement(connection, block, table)).fetchone()
    return row[0] if row else None


def _statement(
    connection: Connection, block: str, table: sql.Identifier, **others: sql.Literal
) -> sql.Composed:
    return sql.SQL(_SQL[block]).format(name=sql.Literal(table.as_string(connection)), **others)
