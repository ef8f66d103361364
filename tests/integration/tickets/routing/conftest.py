"""A town with homes, fridges and two technicians; nothing of it is kept after a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from customers import household, ownership, profile
from devices import appliance
from devices.appliance import Registration
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from storage import pool
from storage.pool import Connection
from tickets import one_open, ticket
from tickets.lifecycle import State
from tickets.one_open import Wanted
from tickets.routing import dispatch, technician
from tickets.routing.run import Run
from tickets.routing.technician import Entry
from tickets.ticket import Move, Ticket

MONDAY = datetime(2026, 6, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOURS = "mon-fri 08:00-17:00"
ANN = Entry(
    "Ann",
    {"refrigeration": 3, "electrical": 3, "electronics": 2},
    HOURS,
    "north",
    "Europe/London",
    latitude=51.45,
    longitude=-2.6,
)
BEN = Entry(
    "Ben", {"refrigeration": 1}, HOURS, "north", "Europe/London", latitude=51.6, longitude=-2.6
)


@dataclass
class Town:
    """Homes in the region north, each with a fridge and a purifier."""

    connection: Connection
    catalogue: Catalogue
    now: datetime = MONDAY
    homes: int = 0
    devices: list[int] = field(default_factory=list)

    def hire(self, *entries: Entry) -> None:
        """Put technicians on record."""
        technician.upsert(self.connection, entries, self.now)

    def home(
        self,
        latitude: float | None = 51.46,
        longitude: float | None = -2.6,
        *,
        region: str = "north",
        tier: str = "standard",
        type_name: str = "refrigerator",
    ) -> int:
        """A home with an appliance; return the appliance."""
        self.homes += 1
        name = f"{region}-{self.homes}-{uuid4().hex[:8]}"
        entry = household.Entry(name, name, region=region, time_zone="Europe/London", tier=tier)
        home = household.upsert(self.connection, [entry], self.now)[name]
        profile.record(
            self.connection, [profile.Entry(home, latitude=latitude, longitude=longitude)]
        )
        told = Registration(name, type_name, region=region)
        device = appliance.register(self.connection, [told], self.now)[0].id
        ownership.assign(self.connection, {device: home}, self.now)
        return device

    def open(self, device: int, problem: str = "poor_cooling", *, safety: bool = False) -> Ticket:
        """A new ticket."""
        wanted = Wanted(
            device,
            problem,
            Severity.CRITICAL if safety else Severity.MEDIUM,
            safety,
            self.now,
            uuid4(),
            "alert",
        )
        (opened,) = one_open.ensure(self.connection, [wanted])
        return self.get(opened.id)

    def get(self, ticket_id: int) -> Ticket:
        """The ticket as it is now."""
        return ticket.get(self.connection, ticket_id)

    def move(
        self,
        ticket_id: int,
        state: State,
        assignee: str | None = None,
        visit_at: datetime | None = None,
    ) -> Ticket:
        """What a dispatcher does by hand."""
        asked = Move(state, self.get(ticket_id).version, "dora", assignee, visit_at)
        return ticket.move(self.connection, ticket_id, asked, self.now)

    def route(self, region: str = "north") -> Run | None:
        """One run over a region."""
        return dispatch.route_region(self.connection, self.catalogue, region, self.now)


@pytest.fixture
def town(module_database_url: str, catalogue: Catalogue) -> Iterator[Town]:
    """The town before anybody works there; all is taken back in the end."""
    with pool.connect(module_database_url) as connection:
        yield Town(connection, catalogue)
        connection.rollback()
