"""Migrations: each runs once, in order, and a database that does not fit is refused."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from storage import migration, pool
from storage.migration import MigrationError
from storage.pool import Connection

NAMES = [each.name for each in migration.known()]


@pytest.fixture
def bare_url(server_url: str) -> Iterator[str]:
    """A database that nobody has migrated."""
    name = f"bare_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield psycopg.conninfo.make_conninfo(server_url, dbname=name)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A folder with two small migrations."""
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE one (number integer);")
    (tmp_path / "0002_two.sql").write_text("INSERT INTO one VALUES (2); CREATE TABLE two ();")
    return tmp_path


def test_a_new_database_gets_every_migration_and_a_second_run_does_nothing(bare_url: str) -> None:
    with pool.connect(bare_url) as connection:
        assert migration.pending(connection) == NAMES
        assert migration.migrate(connection) == NAMES
        assert migration.pending(connection) == []
        assert migration.migrate(connection) == []


def test_only_what_is_missing_is_pending(bare_url: str, steps: Path) -> None:
    with pool.connect(bare_url) as connection:
        migration.migrate(connection, steps)
        (steps / "0003_three.sql").write_text("CREATE TABLE three ();")
        assert migration.pending(connection, steps) == ["0003_three"]
        assert migration.migrate(connection, steps) == ["0003_three"]


def test_a_migration_that_was_edited_after_it_ran_is_refused(bare_url: str, steps: Path) -> None:
    with pool.connect(bare_url) as connection:
        migration.migrate(connection, steps)
        (steps / "0001_one.sql").write_text("CREATE TABLE one (number bigint);")
        with pytest.raises(MigrationError, match="0001_one differs") as refused:
            migration.migrate(connection, steps)
    assert "add a new one" in str(refused.value)


def test_a_database_of_a_newer_version_is_refused(bare_url: str, steps: Path) -> None:
    with pool.connect(bare_url) as connection:
        migration.migrate(connection, steps)
        (steps / "0002_two.sql").unlink()
        with pytest.raises(MigrationError, match=r"newer version.*0002_two"):
            migration.migrate(connection, steps)


def test_a_gap_in_the_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0002_two.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationError, match="numbered 1, 2, 3"):
        migration.known(tmp_path)


def test_a_migration_that_fails_leaves_nothing_behind(bare_url: str, steps: Path) -> None:
    (steps / "0002_two.sql").write_text("CREATE TABLE two (); SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero), pool.connect(bare_url) as connection:
        migration.migrate(connection, steps)
    with pool.connect(bare_url) as connection:
        assert migration.pending(connection, steps) == ["0001_one", "0002_two"]


def test_two_migrators_at_once_run_each_migration_once(bare_url: str, steps: Path) -> None:
    applied: list[list[str]] = []
    together = threading.Barrier(2)

    def migrate() -> None:
        with pool.connect(bare_url) as connection:
            together.wait(30)
            applied.append(migration.migrate(connection, steps))

    threads = [threading.Thread(target=migrate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(applied) == [[], ["0001_one", "0002_two"]]
    with pool.connect(bare_url) as connection:
        assert connection.execute("SELECT number FROM one").fetchall() == [(2,)]


def test_live_traffic_is_not_stalled_by_a_migration_that_waits_for_a_lock(
    bare_url: str, steps: Path
) -> None:
    with pool.connect(bare_url) as connection:
        migration.migrate(connection, steps)
        timeout = _lock_timeout(connection)
    assert timeout == "5s"


def _lock_timeout(connection: Connection) -> object:
    row = connection.execute("SHOW lock_timeout").fetchone()
    return row[0] if row else None
