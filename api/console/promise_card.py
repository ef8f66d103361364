"""How the promises on tickets stand, in what a reader needs: how much is left, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.pool import Connection
from tickets.sla import clock

SOON = 0.75
"""The share from which on a promise is in danger."""


@dataclass(frozen=True)
class Promise:
    """One promise."""

    kind: str
    state: str
    due_at: datetime | None
    left: timedelta
    """Business time that is left; below zero once it is over."""
    share: float

    @property
    def level(self) -> str:
        """How it looks: good, high in danger, critical once broken."""
        if self.state == "breached":
            return "critical"
        return "high" if self.state == "running" and self.share >= SOON else "good"


def of(
    connection: Connection, ticket_ids: Sequence[int], now: datetime
) -> dict[int, list[Promise]]:
    """The promises on each ticket that has any."""
    return {
        ticket_id: [
            Promise(
                kind=each.kind,
                state=each.state,
                due_at=each.due_at,
                left=each.target - each.used(now),
                share=each.share(now),
            )
            for each in clocks
            if each.state != "cancelled"
        ]
        for ticket_id, clocks in clock.of(connection, ticket_ids).items()
    }


def nearest(promises: Sequence[Promise]) -> Promise | None:
    """The one that a dispatcher has to look at: broken, or running and next."""
    waiting = [each for each in promises if each.state in {"running", "paused", "breached"}]
    return min(waiting, key=lambda each: each.left, default=None)
