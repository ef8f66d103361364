"""Databases on a test's server: copied from one that is ready, dropped when done."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql


@contextmanager
def copied(server_url: str, template: str) -> Iterator[str]:
    """Yield the URL of a copy of the database `template`, which nobody may be connected to."""
    name = f"copy_{uuid.uuid4().hex}"
    # By files, not by the log of changes: ten times faster where the server may skip fsync.
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        yield named(server_url, name)
        drop(server, name)


def drop(server: psycopg.Connection, name: str) -> None:
    """Drop a database if it is there, and end who is connected to it."""
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def named(server_url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return psycopg.conninfo.make_conninfo(server_url, dbname=name)
