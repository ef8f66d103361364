"""A desk whose events go to real receivers, and how the tests wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from storage import event
from storage.event import Event
from storage.pool import Connection
from tests.receiver import Receiver
from tickets.outside import delivery, endpoint, feed
from tickets.outside.address_guard import Guard
from tickets.outside.delivery import Sender
from tickets.outside.endpoint import Endpoint, Wanted
from tickets.outside.patience import Patience

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DEADLINE_S = 60.0
LOOPBACK = Guard.parse(["127.0.0.0/8", "::1/128"])
QUICK = Patience(answer_s=20, first_s=0.01, longest_s=0.05, rest_s=0.001, longest_rest_s=0.01)


class Desk:
    """What a test registers, lets happen and sees of it."""

    def __init__(self, sender: Sender, connection: Connection) -> None:
        self.sender, self.connection = sender, connection

    def register(self, receiver: Receiver, name: str = "erp", **wanted: object) -> tuple[int, str]:
        made = endpoint.add(
            self.connection,
            replace(Wanted(name, receiver.url), **wanted),  # type: ignore[arg-type]
            "ada",
        )
        self.connection.commit()
        return made

    def happen(self, *subjects: str, kind: str = "ticket.opened", region: str = "") -> None:
        told = [Event(kind, each, AT, region=region) for each in subjects]
        event.append(self.connection, told)
        self.connection.commit()

    def work(self, until: Callable[[], bool]) -> None:
        """Collect and send until a condition holds."""
        deadline = time.monotonic() + DEADLINE_S
        while not until():
            assert time.monotonic() < deadline, "it never came to that"
            delivery.collect(self.sender.pool)
            delivery.step(self.sender)
            self.connection.commit()

    def see(self, endpoint_id: int) -> Endpoint:
        found = endpoint.get(self.connection, endpoint_id)
        self.connection.commit()
        return found

    def told(self, endpoint_id: int) -> bool:
        """Whether everything that happened has arrived there."""
        unnumbered = self.connection.execute(
            "SELECT count(*) FROM hearthwatch.events WHERE position IS NULL"
        ).fetchone()
        last = feed.bounds(self.connection).last
        # Last of all: what was read before may be out of date where others collect.
        found = self.see(endpoint_id)
        return unnumbered == (0,) and found.cursor == last and found.waiting == 0
