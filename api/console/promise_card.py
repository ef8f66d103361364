"""How the promises on tickets stand, in what a reader needs: how much is left, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.pool import Connection
from tickets.sla import clock
from tickets.sla.clock import Clock

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
        ticket_id: [_promise(each, now) for each in clocks if each.state != "cancelled"]
        for ticket_id, clocks in clock.of(connection, ticket_ids).items()
    }


def _promise(known: Clock, now: datetime) -> Promise:
    used = known.used(now)
    return Promise(
        kind=known.kind,
        state=known.state,
        due_at=known.due_at,
        left=known.target - used,
        share=used / known.target,
    )


def nearest(promises: Sequence[Promise]) -> Promise | None:
    """The one that a dispatcher has to look at: broken, or running and next."""
    waiting = [each for each in promises if each.state in {"running", "paused", "breached"}]
    return min(waiting, key=lambda each: each.left, default=None)
