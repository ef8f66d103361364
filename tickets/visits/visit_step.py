"""What a technician says on the way: set out, arrived. Saying it twice is harmless."""

from __future__ import annotations

from datetime import datetime

from runtime.errors import ConflictError
from storage.pool import Connection
from tickets import ticket
from tickets.lifecycle import State
from tickets.ticket import Move
from tickets.visits import visit
from tickets.visits.visit import Visit

ORDER = (visit.State.PLANNED, visit.State.UNDER_WAY, visit.State.ON_SITE, visit.State.DONE)


def set_out(connection: Connection, visit_id: int, actor: str, at: datetime) -> Visit:
    """The technician is on the way; ConflictError if the visit was cancelled."""
    return _reach(connection, visit_id, visit.State.UNDER_WAY, actor, at)


def arrive(connection: Connection, visit_id: int, actor: str, at: datetime) -> Visit:
    """The technician is there, whether or not they had said that they set out."""
    return _reach(connection, visit_id, visit.State.ON_SITE, actor, at)


def _reach(
    connection: Connection, visit_id: int, aim: visit.State, actor: str, at: datetime
) -> Visit:
    found = visit.hold(connection, visit_id)
    if found.state == visit.State.CANCELLED:
        raise ConflictError(
            f"visit {found.id} was cancelled", hint="look at your list again: it may have moved"
        )
    moves = {visit.State.UNDER_WAY: State.DISPATCHED, visit.State.ON_SITE: State.ON_SITE}
    stands, goal = ORDER.index(visit.State(found.state)), ORDER.index(aim)
    for state in ORDER[stands + 1 : goal + 1]:
        seen = ticket.get(connection, found.ticket_id)
        ticket.move(connection, seen.id, Move(moves[state], seen.version, actor), at)
    return visit.get(connection, visit_id)
