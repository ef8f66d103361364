"""When tickets are routed: every minute, and at once whenever something has changed."""

from __future__ import annotations

from storage import lock, queue
from storage.pool import Connection

ROUTE = "tickets.routing.dispatch.route"
EVERY_MINUTE = "* * * * *"


def ask(connection: Connection) -> None:
    """Have tickets routed once the caller's transaction commits, unless that waits already.

    Where another transaction is just asking, it is left to that one, or to the minute's round
    if that one fails: nobody waits for anybody here.
    """
    if lock.try_acquire(connection, f"ask:{ROUTE}"):
        queue.defer_once(connection, ROUTE, ROUTE)
