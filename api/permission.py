"""Which role a change of a ticket's state needs."""

from __future__ import annotations

from api.user import Role
from tickets.lifecycle import State


def role_for(state: State) -> Role:
    """A technician tells that the work is done; who does it and when is the dispatcher's."""
    return Role.TECHNICIAN if state is State.RESOLVED else Role.DISPATCHER
