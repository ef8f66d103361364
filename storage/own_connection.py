"""One connection for one thread, opened when it is wanted and again after it broke.

A pool would try again in its own time, ever more rarely, and would not say why it cannot connect.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import psycopg
from psycopg import conninfo
from psycopg.pq import TransactionStatus

from storage import pool
from storage.pool import Connection

CONNECT_S = 5
"""A server that does not answer for so long is out of reach."""
CANCEL_S = 2.0
ALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A server that vanished without a word is noticed within half a minute."""


class Connections(Protocol):
    """What hands out connections: a pool, or this."""

    def connection(self, timeout: float | None = None) -> AbstractContextManager[Connection]:
        """A connection in a transaction, committed at the end and rolled back by an error."""
        ...


class OwnConnection:
    """A connection to `url` whose statements are cancelled after `statement_s`."""

    def __init__(self, url: str, *, statement_s: float) -> None:
        options = f"{pool.ALWAYS} -c statement_timeout={int(statement_s * 1000)}"
        self._wanted = conninfo.make_conninfo(url, options=options, **ALIVE)
        self._connection: Connection | None = None
        self._guard = threading.Lock()

    @contextmanager
    def connection(self, timeout: float | None = None) -> Iterator[Connection]:
        """It, in a transaction. Raises psycopg.OperationalError with the reason if out of reach."""
        with self._guard:
            opened = self._begun(timeout)
            try:
                yield opened
                opened.commit()
            except BaseException:
                self._roll_back(opened)
                raise

    def cancel(self) -> None:
        """Cancel the statement that runs in another thread, if one does."""
        running = self._connection
        if running is not None:
            with contextlib.suppress(psycopg.Error):
                running.cancel_safe(timeout=CANCEL_S)

    def close(self) -> None:
        """Leave the server; where another thread still waits for it, the process's end does."""
        if self._guard.acquire(blocking=False):
            self._end()
            self._guard.release()

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _begun(self, timeout: float | None) -> Connection:
        """It, in a transaction already: else a savepoint that comes first would be one, and commit.

        One that broke since it was used last is replaced.
        """
        for _ in range(2):
            opened = self._opened(timeout)
            try:
                opened.execute("SELECT 1")
            except psycopg.OperationalError:
                self._end()
            else:
                return opened
        raise psycopg.OperationalError("the server ends each connection as soon as it is open")

    def _opened(self, timeout: float | None) -> Connection:
        if self._connection is None:
            wait_s = CONNECT_S if timeout is None else max(2, int(timeout))
            self._connection = psycopg.connect(self._wanted, connect_timeout=wait_s)
        return self._connection

    def _roll_back(self, opened: Connection) -> None:
        """End the transaction, or the connection where that cannot be."""
        with contextlib.suppress(psycopg.Error):
            opened.rollback()
        if opened.closed or opened.info.transaction_status != TransactionStatus.IDLE:
            self._end()
