"""A lock by name across processes, held until the transaction ends."""

from __future__ import annotations

from storage.pool import Connection


def try_acquire(connection: Connection, name: str) -> bool:
    """Take the lock if nobody has it; False if another process works there right now."""
    row = connection.execute(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (name,)
    ).fetchone()
    return bool(row and row[0])


def acquire(connection: Connection, name: str) -> None:
    """Take the lock, after whoever has it now."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))


def acquire_shared(connection: Connection, name: str) -> None:
    """Share the lock with others who do; nobody has it alone meanwhile."""
    connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", (name,))
