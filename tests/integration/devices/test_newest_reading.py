"""The newest reading of every appliance of a region, as a map or a list shows it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devices import appliance, telemetry
from devices.appliance import Appliance, Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
REGIONS = {"F-1": "north", "F-2": "north", "F-3": "south", "F-4": "north"}


@pytest.fixture
def fridge(catalogue: Catalogue) -> ApplianceType:
    return catalogue["refrigerator"]


def registered(connection: Connection, fridge: ApplianceType) -> dict[str, Appliance]:
    fleet = [Registration(serial, fridge.type, region=at) for serial, at in REGIONS.items()]
    return {each.serial: each for each in appliance.register(connection, fleet, START)}


def said(
    connection: Connection, fridge: ApplianceType, device: Appliance, days: float, temp_c: float
) -> None:
    reading = Reading(device.id, START + timedelta(days=days), {"fridge_temp_c": temp_c})
    telemetry.store(connection, fridge, [reading])


def newest(
    connection: Connection, fridge: ApplianceType, region: str | None = None
) -> dict[int, float]:
    frame = telemetry.newest(connection, fridge, region)
    assert list(frame.columns) == ["device_id", "time", *fridge.metrics]
    return dict(zip(frame["device_id"].tolist(), frame["fridge_temp_c"].tolist(), strict=True))


def check_a_region(connection: Connection, fridge: ApplianceType) -> None:
    fleet = registered(connection, fridge)
    for serial, days, temp_c in (
        ("F-1", 0.0, 4.0),
        ("F-1", 20.0, 5.0),  # in another chunk, where there are any
        ("F-2", 1.0, 6.0),
        ("F-3", 1.0, 7.0),
    ):
        said(connection, fridge, fleet[serial], days, temp_c)
    ids = {serial: each.id for serial, each in fleet.items()}
    assert newest(connection, fridge, "north") == {ids["F-1"]: 5.0, ids["F-2"]: 6.0}
    assert newest(connection, fridge, "west") == {}
    everywhere = newest(connection, fridge)
    assert everywhere == {ids["F-1"]: 5.0, ids["F-2"]: 6.0, ids["F-3"]: 7.0}
    assert list(everywhere) == sorted(everywhere)


def test_a_region_has_the_newest_reading_of_each_appliance_that_was_heard(
    connection: Connection, fridge: ApplianceType
) -> None:
    check_a_region(connection, fridge)


def test_it_has_the_same_on_timescaledb(timescale: Connection, fridge: ApplianceType) -> None:
    check_a_region(timescale, fridge)


def test_a_late_reading_is_not_the_newest(connection: Connection, fridge: ApplianceType) -> None:
    device = registered(connection, fridge)["F-1"]
    said(connection, fridge, device, 10.0, 4.0)
    said(connection, fridge, device, 2.0, 9.0)
    assert newest(connection, fridge) == {device.id: 4.0}


def test_a_retired_appliance_is_left_out(connection: Connection, fridge: ApplianceType) -> None:
    fleet = registered(connection, fridge)
    for device in fleet.values():
        said(connection, fridge, device, 1.0, 4.0)
    appliance.retire_all_but(connection, ["F-2"], START)
    assert list(newest(connection, fridge, "north")) == [fleet["F-2"].id]


def test_another_type_of_the_region_is_left_out(
    connection: Connection, catalogue: Catalogue, fridge: ApplianceType
) -> None:
    device = registered(connection, fridge)["F-1"]
    said(connection, fridge, device, 1.0, 4.0)
    assert telemetry.newest(connection, catalogue["dishwasher"], "north").empty
