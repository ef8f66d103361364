"""For how long a letter about a ticket is true: in which states of the ticket. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tickets.lifecycle import OPEN, State

COMING = frozenset({State.SCHEDULED, State.DISPATCHED, State.ON_SITE})
DONE = frozenset({State.RESOLVED, State.CLOSED})
HOLDS: Mapping[str, frozenset[State]] = MappingProxyType(
    {
        "problem": OPEN,
        "safety": OPEN,
        "question": OPEN,
        "slots": frozenset({State.WAITING_FOR_CUSTOMER}),
        "appointment": frozenset({State.SCHEDULED}),
        "moved": frozenset({State.SCHEDULED}),
        "cancelled": frozenset(State) - COMING,
        "on_the_way": frozenset({State.DISPATCHED}),
        "resolved": DONE,
        "rating": DONE,
    }
)
"""Once the technician is on the way nobody wants to read when they come."""


def overtaken(state: State) -> list[str]:
    """The occasions of which nothing is true any more."""
    return [occasion for occasion, states in HOLDS.items() if state not in states]
