"""Long work on many rows, a portion a transaction, so that nobody has to wait for it."""

from __future__ import annotations

from collections.abc import Callable

from runtime.stopping import Stop
from storage.pool import Connection, Pool


def work_off(pool: Pool, stop: Stop, portion: Callable[[Connection], int]) -> int:
    """Do one portion after another until one finds nothing, or asked to stop; how many rows."""
    total = 0
    while not stop.is_set():
        with pool.connection() as connection:
            done = portion(connection)
        if not done:
            break
        total += done
    return total
