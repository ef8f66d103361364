"""Connections: in UTC, and an unreachable database is told with what to do about it."""

from __future__ import annotations

import socket

import pytest

from runtime.errors import ConfigurationError
from storage import capability, lock, pool
from storage.capability import Capability
from storage.pool import Connection, Pool


def test_a_database_that_cannot_be_reached_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "CONNECT_TIMEOUT_S", 0.3)
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        with pytest.raises(ConfigurationError, match="cannot reach the database") as refused:
            pool.open_pool(f"postgresql://nobody:geheim@127.0.0.1:{port}/none")
    assert "HEARTHWATCH_DATABASE_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_every_connection_speaks_utc(database_pool: Pool, connection: Connection) -> None:
    with database_pool.connection() as pooled:
        assert pooled.execute("SHOW timezone").fetchone() == ("UTC",)
    assert connection.execute("SHOW timezone").fetchone() == ("UTC",)


def test_a_plain_postgresql_is_found_to_be_plain(connection: Connection) -> None:
    offered = connection.execute(
        "SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'"
    ).fetchone()
    if offered:
        pytest.skip("this server offers TimescaleDB")
    assert capability.detect(connection) is Capability.PLAIN


def test_a_lock_belongs_to_one_transaction_at_a_time(
    connection: Connection, database_url: str
) -> None:
    assert lock.try_acquire(connection, "watch:kettle")
    assert lock.try_acquire(connection, "watch:kettle")
    with pool.connect(database_url) as other:
        assert not lock.try_acquire(other, "watch:kettle")
        assert lock.try_acquire(other, "watch:toaster")
        other.rollback()
        connection.rollback()
        assert lock.try_acquire(other, "watch:kettle")
