"""Which states a ticket may go through: the one table of allowed transitions. Pure."""

from __future__ import annotations

from enum import StrEnum

from runtime.errors import ConflictError


class State(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    TRIAGED = "triaged"
    """Somebody, or the routing, has looked at it and said who goes."""
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    SCHEDULED = "scheduled"
    DISPATCHED = "dispatched"
    """The technician is on the way."""
    ON_SITE = "on_site"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    """It was resolved or closed, and the trouble is back."""


ENDED = frozenset({State.RESOLVED, State.CLOSED, State.CANCELLED})
OPEN = frozenset(State) - ENDED

TRANSITIONS: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.TRIAGED, State.WAITING_FOR_CUSTOMER, State.CANCELLED}),
    State.TRIAGED: frozenset(
        {
            State.NEW,
            State.TRIAGED,
            State.WAITING_FOR_CUSTOMER,
            State.SCHEDULED,
            State.RESOLVED,
            State.CANCELLED,
        }
    ),
    State.WAITING_FOR_CUSTOMER: frozenset(
        {State.TRIAGED, State.SCHEDULED, State.RESOLVED, State.CANCELLED}
    ),
    State.SCHEDULED: frozenset(
        {
            State.TRIAGED,
            State.WAITING_FOR_CUSTOMER,
            State.SCHEDULED,
            State.DISPATCHED,
            State.RESOLVED,
            State.CANCELLED,
        }
    ),
    State.DISPATCHED: frozenset(
        {State.TRIAGED, State.SCHEDULED, State.ON_SITE, State.RESOLVED, State.CANCELLED}
    ),
    State.ON_SITE: frozenset(
        {State.TRIAGED, State.WAITING_FOR_CUSTOMER, State.SCHEDULED, State.RESOLVED}
    ),
    State.RESOLVED: frozenset({State.CLOSED, State.REOPENED}),
    State.CLOSED: frozenset({State.REOPENED}),
    State.CANCELLED: frozenset({State.REOPENED}),
    State.REOPENED: frozenset(
        {
            State.TRIAGED,
            State.WAITING_FOR_CUSTOMER,
            State.SCHEDULED,
            State.RESOLVED,
            State.CANCELLED,
        }
    ),
}

WITH_VISIT = frozenset({State.SCHEDULED, State.DISPATCHED, State.ON_SITE})
"""States in which somebody goes at a certain time."""
KEEPS_VISIT = {
    State.SCHEDULED: frozenset({State.SCHEDULED}),
    State.DISPATCHED: WITH_VISIT,
    State.ON_SITE: WITH_VISIT,
}
"""For each of them, where the time of the visit may be the one that is set already."""
WITHOUT_VISIT = frozenset({State.NEW, State.TRIAGED, State.WAITING_FOR_CUSTOMER, State.REOPENED})
"""States in which no visit is set; a ticket that has ended keeps when its visit was to be."""


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
