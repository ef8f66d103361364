"""Which role a change of a ticket needs."""

from __future__ import annotations

from api.access import check_role
from api.user import Role, User
from runtime.errors import ForbiddenError
from tickets.lifecycle import State
from tickets.ticket import Ticket

OF_TECHNICIANS = frozenset({State.DISPATCHED, State.ON_SITE, State.RESOLVED})
"""What a technician tells of their own tickets: on the way, arrived, done."""


def role_for(state: State) -> Role:
    """A technician tells how the visit goes; who does it and when is the dispatcher's."""
    return Role.TECHNICIAN if state in OF_TECHNICIANS else Role.DISPATCHER


def may_move(asking: User, found: Ticket, state: State) -> bool:
    """Whether the user may bring the ticket to a state, if its life allows it."""
    if asking.role.covers(Role.DISPATCHER):
        return True
    return asking.role.covers(role_for(state)) and found.assignee == asking.name


def check_move(asking: User, found: Ticket, state: State) -> None:
    """Raise ForbiddenError unless the user may bring the ticket to a state."""
    check_role(asking, role_for(state))
    if not may_move(asking, found, state):
        raise ForbiddenError(
            f"ticket {found.id} is not assigned to you",
            hint="ask a dispatcher to assign it to you first",
        )
