"""Ends tickets of appliances that have changed hands: what comes now is about another home.

Were one left open, findings of the new owner's time would join it, and its letters would go to the
old owner.
"""

from __future__ import annotations

import structlog

from runtime.clock import Clock
from runtime.errors import HearthwatchError
from storage import query
from storage.pool import Connection, Pool
from tickets import ticket
from tickets.lifecycle import State
from tickets.ticket import Move

_SQL = query.beside(__file__)
END = "tickets.handed_over.end"
"""The name of this errand."""
EVERY_TEN_MINUTES = "*/10 * * * *"
NOTE = "the appliance has changed hands"
_log = structlog.get_logger()


def end(pool: Pool, clock: Clock, timestamp: int = 0) -> int:
    """End all of them, however the appliance changed hands; return how many.

    The queue tells the time it was due.
    """
    _log.debug("looking for appliances that changed hands", due=timestamp)
    with pool.connection() as connection:
        return len(end_of(connection, clock))


def end_of(
    connection: Connection, clock: Clock, device_id: int | None = None, actor: str = "hearthwatch"
) -> list[int]:
    """Likewise in the caller's transaction, of one appliance if it is named; their numbers.

    A visit that has reached the home is finished first.
    """
    rows = connection.execute(_SQL["strangers"], {"device_id": device_id}).fetchall()
    return [
        number
        for number, version in ((int(str(row[0])), int(str(row[1]))) for row in rows)
        if _ended(connection, number, Move(State.CANCELLED, version, actor, note=NOTE), clock)
    ]


def _ended(connection: Connection, number: int, asked: Move, clock: Clock) -> bool:
    try:
        with connection.transaction():
            ticket.move(connection, number, asked, clock.now())
    except HearthwatchError as error:
        # Somebody works on it right now; the next look ends it.
        _log.info("ticket of an appliance that changed hands stays", ticket=number, why=str(error))
        return False
    return True
