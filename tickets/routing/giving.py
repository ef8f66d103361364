"""Moves a ticket to a visit that was chosen, step by step as its life allows."""

from __future__ import annotations

from datetime import datetime

from storage import query
from storage.pool import Connection
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import trail
from tickets.routing.trail import Choice
from tickets.ticket import Move, Ticket

_SQL = query.beside(__file__)


def give(
    connection: Connection, ticket_id: int, version: int, state: str, choice: Choice, note: str
) -> Ticket:
    """Set the visit of a ticket, and write down who chose it; ConflictError if it was changed.

    The caller holds the calendar of the technician, and knows that they are free then.
    """
    if state == State.NEW:
        triaged = Move(State.TRIAGED, version, choice.actor, assignee=choice.technician)
        version = ticket.move(connection, ticket_id, triaged, choice.at).version
    trail.record(connection, ticket_id, choice)
    asked = Move(
        State.SCHEDULED,
        version,
        choice.actor,
        assignee=choice.technician,
        visit_at=choice.begins_at,
        note=note,
        calendar_held=True,
    )
    return ticket.move(connection, ticket_id, asked, choice.at)


def offer(
    connection: Connection, ticket_id: int, version: int, actor: str, note: str, at: datetime
) -> Ticket:
    """Let the customer choose first."""
    connection.execute(_SQL["offer"], {"ticket_id": ticket_id, "at": at})
    return ticket.move(
        connection, ticket_id, Move(State.WAITING_FOR_CUSTOMER, version, actor, note=note), at
    )
