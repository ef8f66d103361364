"""The errand that watches the clocks: warnings, breaches, and tickets that became another case.

All that is known stands in the database, so nothing is lost while nobody looks. Rows that another
worker has are passed over: each warning and each breach is told once.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from psycopg.rows import scalar_row

from runtime.clock import Clock as WallClock
from storage import query
from storage.pool import Connection, Pool
from tickets import weighing
from tickets.sla import clock, keeping

_SQL = query.beside(__file__)
LOOK = "tickets.sla.watching.look"
EVERY_TEN_SECONDS = "* * * * * */10"
"""A world that runs faster than the wall has its minutes looked at as well."""
AT_ONCE = 500
"""Tickets a transaction, so that nobody waits long for one."""
log = structlog.get_logger(__name__)


def look(pool: Pool, wall: WallClock, timestamp: int = 0) -> None:
    """Do all that is due, some hundred tickets a transaction."""
    log.debug("clocks are looked at", due=timestamp)
    for step in (catch_up, tell):
        past: int | None = 0
        while past is not None:
            with pool.connection() as connection:
                past = step(connection, wall.now(), past)


def catch_up(connection: Connection, now: datetime, past: int = 0) -> int | None:
    """Set right the clocks that are not what their tickets are; the last id, None at the end."""
    ids = _tickets(connection, "astray", now, past)
    keeping.start(connection, ids)
    return ids[-1] if ids else None


def tell(connection: Connection, now: datetime, past: int = 0) -> int | None:
    """Warn of promises in danger, tell of those not kept, and let these tickets go first.

    The last id, None at the end.
    """
    ids = _tickets(connection, "due", now, past)
    found = clock.held(connection, ids)
    keeping.look(connection, [each for one in ids for each in found[one]], now)
    weighing.weigh(connection, ids, now)
    return ids[-1] if ids else None


def _tickets(connection: Connection, block: str, now: datetime, past: int) -> list[int]:
    asked = {"now": now, "past": past, "most": AT_ONCE}
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(_SQL[block], asked).fetchall()
