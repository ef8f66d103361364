"""The ticket of the trouble that others are a part of, named by hand: one level, no circles.

What rises in the fleet by itself is told by `tickets.fleet.outbreak`.
"""

from __future__ import annotations

from datetime import datetime

from runtime.errors import ConflictError, InvalidError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets import move_check, ticket
from tickets.kinship import merging
from tickets.ticket import Ticket

_SQL = query.beside(__file__)


def give(
    connection: Connection,
    ticket_id: int,
    parent_id: int | None,
    version: int,
    actor: str,
    at: datetime,
) -> Ticket:
    """Give a ticket a parent, or none, in the caller's transaction; return the ticket.

    ConflictError where the parent has one of its own, or the ticket is a parent.
    """
    merging.hold(connection, [each for each in (ticket_id, parent_id) if each is not None])
    child = ticket.get(connection, ticket_id)
    if parent_id is not None:
        _check(connection, child, ticket.get(connection, parent_id))
    told = {"id": ticket_id, "parent_id": parent_id, "version": version, "at": at}
    if not connection.execute(_SQL["give"], told).rowcount:
        raise move_check.stale(ticket_id)
    facts = {"parent": parent_id, "actor": actor}
    done = Event("ticket.grouped", f"ticket:{ticket_id}", at, child.trace, child.region, facts)
    event.append(connection, [done])
    return ticket.get(connection, ticket_id)


def _check(connection: Connection, child: Ticket, parent: Ticket) -> None:
    if child.id == parent.id:
        raise InvalidError("a ticket cannot be its own parent", hint="name another one")
    if parent.merged_into is not None:
        raise ConflictError(
            f"ticket {parent.id} was merged into ticket {parent.merged_into}", hint="name that one"
        )
    if parent.parent_id is not None:
        raise ConflictError(
            f"ticket {parent.id} is itself a part of ticket {parent.parent_id}",
            hint="name that one",
        )
    row = connection.execute(_SQL["is_parent"], {"id": child.id}).fetchone()
    if row and row[0]:
        raise ConflictError(
            f"ticket {child.id} has parts of its own", hint="take it from them first"
        )
