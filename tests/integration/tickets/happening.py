"""What a test makes happen, and how it lets the watch catch up."""

from __future__ import annotations

import pytest

from devices import fault_event, telemetry, watermark
from devices.fault_event import Event, State
from devices.telemetry import Reading
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import watch
from tickets.watch import Watch


def report(house: House, *, fridge_temp_c: float, hours: int = 6, first_hour: int = 0) -> None:
    """The fridge reports every 5 minutes, and ingest says how far it has come."""
    times = [START + n * 5 * MINUTE for n in range(first_hour * 12, hours * 12 + 1)]
    readings = [Reading(house.fridge, at, {"fridge_temp_c": fridge_temp_c}) for at in times]
    telemetry.store(house.connection, house.catalogue["refrigerator"], readings)
    watermark.advance(house.connection, "w", times[-1])
    house.connection.commit()


def tell(house: House, code: str, state: State, minute: int) -> None:
    event = Event(house.fridge, START + minute * MINUTE, code, state)
    fault_event.store(house.connection, [event])
    watermark.advance(house.connection, "w", START + minute * MINUTE)
    house.connection.commit()


def settle(watched: Watch) -> int:
    """Take steps until there is nothing more to do; return how many found something."""
    for number in range(20):
        if not watch.step(watched):
            return number
    pytest.fail("the watch never comes to rest")
