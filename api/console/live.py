"""Tells whether the queue changed: one question a second to the database, for all open pages."""

from __future__ import annotations

import threading
import time

from storage import query
from storage.pool import Pool

_SQL = query.beside(__file__)
EVERY_S = 1.0


class Pulse:
    """A mark that differs as soon as any ticket opens, changes or ends."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._mark = ""
        self._read_at = float("-inf")

    def read(self) -> str:
        """The mark, not older than a second."""
        with self._lock:
            if time.monotonic() - self._read_at >= EVERY_S:
                with self._pool.connection() as connection:
                    row = connection.execute(_SQL["mark"]).fetchone()
                self._mark = str(row[0]) if row else ""
                self._read_at = time.monotonic()
            return self._mark
