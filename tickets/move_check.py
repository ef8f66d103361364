"""What a move of a ticket needs, beside a transition that its life allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.errors import ConflictError, InvalidError
from storage.pool import Connection
from tickets import lifecycle, one_open
from tickets.lifecycle import State

if TYPE_CHECKING:
    from tickets.ticket import Move, Ticket


def check_details(ticket: Ticket, asked: Move) -> None:
    """Raise InvalidError where the technician or the time of a visit is missing."""
    if asked.state not in lifecycle.WITH_VISIT:
        return
    words = asked.state.replace("_", " ")
    if not (asked.assignee or ticket.assignee):
        raise InvalidError(f"a ticket that is {words} needs a technician", hint="give `assignee`")
    kept = ticket.visit_at if ticket.state in lifecycle.KEEPS_VISIT[asked.state] else None
    if not (asked.visit_at or kept):
        raise InvalidError(
            f"a ticket that is {words} needs the time of the visit", hint="give `visit_at`"
        )


def stale(ticket_id: int) -> ConflictError:
    """What somebody is told whose change is based on an old version."""
    return ConflictError(
        f"ticket {ticket_id} was changed by somebody else", hint="load it again and repeat"
    )


def other_open(ticket: Ticket, other_id: int | None = None) -> ConflictError:
    """What somebody is told who would open a second ticket of a problem."""
    named = f"ticket {other_id}" if other_id else "another ticket"
    return ConflictError(
        f"{named} is open for {ticket.problem} of {ticket.serial}",
        hint="work on that one, or merge it with others",
    )


def check_alone(connection: Connection, ticket: Ticket, state: State) -> None:
    """Raise ConflictError if a ticket would open again beside another of its device and problem."""
    if state is not State.REOPENED:
        return
    if ticket.merged_into is not None:
        raise ConflictError(
            f"ticket {ticket.id} was merged into ticket {ticket.merged_into}",
            hint="undo the merge instead",
        )
    other = one_open.open_of(connection, ticket.device_id, ticket.problem)
    if other is not None:
        raise other_open(ticket, other)
