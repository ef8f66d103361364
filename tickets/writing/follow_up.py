"""Asks, in the transaction of a ticket's move, for the letter that follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import queue
from storage.pool import Connection

if TYPE_CHECKING:
    from tickets.ticket import Ticket

FOLLOW = "tickets.writing.aftermath.write"
"""The job that writes it."""
TOLD = frozenset(
    {
        *("waiting_for_customer", "scheduled", "dispatched"),
        *("resolved", "cancelled", "reopened", "triaged", "new"),
    }
)
"""States of which a customer may have to hear."""


def ask(connection: Connection, before: Ticket, after: Ticket) -> None:
    """Queue the letter that this move calls for, if it may call for one."""
    if after.state in TOLD and after.household_id is not None:
        queue.defer(connection, FOLLOW, ticket_id=after.id, before=before.state, state=after.state)
