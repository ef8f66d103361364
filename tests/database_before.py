"""A database as it was before a migration, for tests of what the migration does with its rows."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from storage import migration, pool
from storage.pool import Connection


@contextmanager
def database_before(step: str, server_url: str, folder: Path) -> Iterator[Connection]:
    """Open one that lacks `step`, a file's name, and what follows; `folder` gets those before."""
    for path in sorted(migration.FOLDER.glob("*.sql")):
        if path.name < step:
            shutil.copy(path, folder)
    name = f"bare_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with pool.connect(psycopg.conninfo.make_conninfo(server_url, dbname=name)) as opened:
            migration.migrate(opened, folder)
            yield opened
            opened.rollback()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
