"""A chunk of a fleet as a recording: everyone in service is in it, with what was known then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from devices import appliance, fault_event
from devices.appliance import Appliance, Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.fault_event import Event
from devices.telemetry import Value
from models import fleet
from models.fleet import Chunk, Fleet, Span
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
UNTIL = START + timedelta(hours=24)
Values = Callable[[int, float], dict[str, Value]]
Store = Callable[..., list[Appliance]]


def everyone(connection: Connection, description: ApplianceType, until: datetime) -> Fleet:
    (chunk,) = fleet.chunks(connection, description.type, 1000)
    return fleet.read(connection, description, chunk, Span(START, until), ["last"])


@pytest.fixture
def fridges(connection: Connection, stored: Store, healthy: Values) -> list[Appliance]:
    """Four fridges with a day, one that was never heard, one that is retired, and a washer."""
    found = stored(range(24), healthy)
    others = [Registration("silent", "refrigerator", installed_on=date(2026, 4, 1))]
    others.append(Registration("washer", "washing_machine"))
    appliance.register(connection, others, START)
    connection.execute(
        "UPDATE hearthwatch.appliances SET retired_at = %s WHERE id = %s", (UNTIL, found[3].id)
    )
    return found


def test_everyone_in_service_is_a_unit_and_only_they(
    connection: Connection, refrigerator: ApplianceType, fridges: list[Appliance]
) -> None:
    read = everyone(connection, refrigerator, UNTIL)
    silent = len(read.device_ids) - 1
    assert read.device_ids[:3].tolist() == [one.id for one in fridges[:3]]
    assert np.bincount(read.recording.unit, minlength=silent + 1).tolist() == [24, 24, 24, 0]
    assert read.recording.traits is not None
    assert read.recording.traits[silent] == [31.0]
    assert np.isnan(read.recording.traits[:silent]).all()
    assert read.recording.last is not None
    assert read.recording.last.shape == (72, len(refrigerator.metrics))


def test_hours_and_codes_of_the_moment_and_later_are_not_told(
    connection: Connection, refrigerator: ApplianceType, fridges: list[Appliance]
) -> None:
    code = next(iter(refrigerator.fault_codes))
    fault_event.store(
        connection,
        [
            Event(fridges[1].id, START + timedelta(hours=hour), code, "raised")
            for hour in (2, 11, 12, 13)
        ],
    )
    until = START + timedelta(hours=12)
    read = everyone(connection, refrigerator, until)
    last = int(until.timestamp()) * 10**9
    assert read.recording.time_ns.max() == last - 3600 * 10**9
    assert (read.now.time_ns == last - 1).all()
    assert read.recording.events.codes == (code,)
    assert read.recording.events.unit.tolist() == [1, 1]
    assert read.recording.events.time_ns.max() < last


def test_replaced_consumables_are_repairs(
    connection: Connection, refrigerator: ApplianceType, fridges: list[Appliance]
) -> None:
    connection.execute(
        "INSERT INTO hearthwatch.consumable_estimates (device_id, consumable, at, used,"
        " installed_at) VALUES (%s, 'water_filter', %s, 0.5, %s)",
        (fridges[2].id, UNTIL, START + timedelta(hours=3)),
    )
    repairs = everyone(connection, refrigerator, UNTIL).recording.maintenance
    assert repairs.codes == ("installed", "replaced:water_filter")
    assert [repairs.codes[code] for code in repairs.code] == ["replaced:water_filter", "installed"]
    assert repairs.unit.tolist() == [2, 3]


@pytest.mark.usefixtures("fridges")
def test_chunks_hold_everyone_once(connection: Connection, refrigerator: ApplianceType) -> None:
    chunks = fleet.chunks(connection, "refrigerator", 3)
    assert [chunk.devices for chunk in chunks] == [3, 1]
    assert chunks[0].last_id < chunks[1].first_id
    assert fleet.chunks(connection, "dishwasher", 3) == []
    gone = Chunk(10_000, 20_000, 0)
    empty = fleet.read(connection, refrigerator, gone, Span(START, UNTIL))
    assert len(empty.device_ids) == len(empty.recording) == len(empty.now) == 0


@pytest.mark.usefixtures("fridges")
def test_the_recording_says_what_the_catalogue_says(refrigerator: ApplianceType) -> None:
    described = fleet.describe(refrigerator)
    assert described.metrics == tuple(refrigerator.metrics)
    assert set(described.watched) == set(refrigerator.watched())
    assert described.unit_of_measure["compressor_power_w"] == "W"
    assert described.resolution["compressor_power_w"] > 0
