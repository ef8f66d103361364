"""A ticket of the house with its promises, and what happens to it."""

from __future__ import annotations

from datetime import datetime, timedelta

from devices.catalogue.appliance_type import Severity
from storage.pool import Connection
from tests.integration.tickets.conftest import START, House
from tickets import ticket
from tickets.lifecycle import State
from tickets.opening import Opened
from tickets.sla import clock
from tickets.sla.clock import Clock, Kind
from tickets.ticket import Move

HOUR = timedelta(hours=1)
MORNING = START + 12 * HOUR
"""The house is in Shanghai, where it is Monday evening at 20:00: the office is closed until 8:00,
which is midnight in UTC. A gold household is promised an answer to a severe problem within 2 hours
and an end within 20."""
TOLD = "SELECT kind, facts ->> 'clock' FROM hearthwatch.events WHERE kind LIKE 'sla.%' ORDER BY id"


def opened(house: House, severity: Severity = Severity.HIGH) -> Opened:
    [made], _ = house.follow(house.find(house.fridge, "poor_cooling", severity=severity))
    return made


def clocks(connection: Connection, ticket_id: int) -> tuple[Clock, Clock]:
    first, second = clock.of(connection, [ticket_id])[ticket_id]
    assert (first.kind, second.kind) == (Kind.FIRST_RESPONSE, Kind.RESOLUTION)
    return first, second


def move(house: House, ticket_id: int, state: State, at: datetime) -> None:
    seen = ticket.get(house.connection, ticket_id)
    asked = Move(state, seen.version, "dora", "Tom", at + 4 * HOUR)
    ticket.move(house.connection, ticket_id, asked, at)
