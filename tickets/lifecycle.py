"""Which states a ticket may go through: the one table of allowed transitions. Pure."""

from __future__ import annotations

from enum import StrEnum

from runtime.errors import ConflictError


class State(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


OPEN = frozenset({State.NEW, State.ASSIGNED, State.SCHEDULED})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.ASSIGNED, State.CANCELLED}),
    State.ASSIGNED: frozenset(
        {State.NEW, State.ASSIGNED, State.SCHEDULED, State.RESOLVED, State.CANCELLED}
    ),
    State.SCHEDULED: frozenset({State.ASSIGNED, State.SCHEDULED, State.RESOLVED, State.CANCELLED}),
    State.RESOLVED: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
    State.CANCELLED: frozenset(),
}


class TransitionError(ConflictError):
    """A change of state that makes no sense."""

    title = "Transition not allowed"


def check(before: State, after: State) -> None:
    """Raise TransitionError, naming what is possible, unless `before` may become `after`."""
    allowed = TRANSITIONS[before]
    if after not in allowed:
        possible = ", ".join(sorted(allowed)) or "nothing; it has ended"
        raise TransitionError(
            f"a ticket that is {before} cannot become {after}", hint=f"possible now: {possible}"
        )
