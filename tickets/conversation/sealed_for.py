"""For whom the words on a ticket are sealed: its household, or the desk where nobody is known."""

from __future__ import annotations

from customers.secrecy import sealing

DESK = "desk"


def owner(household_id: int | None) -> str:
    """The owner of the key."""
    return DESK if household_id is None else sealing.household(household_id)
