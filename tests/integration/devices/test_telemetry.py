"""Readings are stored exactly once, whatever comes again and in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices import telemetry
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry import Reading, Stored
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def reading(device: Appliance, minute: float, temp_c: float | None = 20.0) -> Reading:
    return Reading(device.id, START + timedelta(minutes=minute), {"temp_c": temp_c})


def rows(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT device_id, time, temp_c FROM telemetry.kettle ORDER BY device_id, time"
    ).fetchall()


def test_a_batch_stored_again_changes_nothing(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    batch = [reading(device, minute) for device in kettles for minute in range(4)]
    assert telemetry.store(connection, kettle, batch) == Stored(12, 0)
    before = rows(connection)
    assert telemetry.store(connection, kettle, batch) == Stored(0, 12, list(range(12)))
    assert rows(connection) == before
    assert telemetry.count(connection, "kettle") == 12


def test_the_positions_of_duplicates_and_conflicts_are_told(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    one = kettles[0]
    telemetry.store(connection, kettle, [reading(one, 0), reading(one, 1)])
    told = telemetry.store(
        connection, kettle, [reading(one, 2), reading(one, 1, 99.0), reading(one, 0)]
    )
    assert told == Stored(inserted=1, duplicates=1, left_out=[1, 2], conflicts=[1])
    assert [row[2] for row in rows(connection)] == [20.0, 20.0, 20.0]


def test_of_one_key_twice_in_a_batch_the_first_is_kept(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    one = kettles[0]
    told = telemetry.store(
        connection, kettle, [reading(one, 0, 1.0), reading(one, 0, 1.0), reading(one, 0, 2.0)]
    )
    assert told == Stored(inserted=1, duplicates=1, left_out=[1, 2], conflicts=[2])
    assert [row[2] for row in rows(connection)] == [1.0]


def test_a_missing_value_is_not_the_same_as_a_number(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    one = kettles[0]
    telemetry.store(connection, kettle, [reading(one, 0, None), reading(one, 1, 3.0)])
    again = [reading(one, 0, 3.0), reading(one, 1, None)]
    assert telemetry.store(connection, kettle, again).conflicts == [0, 1]
    same = [reading(one, 0, None), reading(one, 1, 3.0)]
    assert telemetry.store(connection, kettle, same).conflicts == []


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_arrival_makes_no_difference(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance], seed: int
) -> None:
    batch = [reading(device, minute, minute) for device in kettles for minute in range(0, 300, 7)]
    expected = [(each.device_id, each.time, each.values["temp_c"]) for each in batch]
    repeated = [*batch, *batch[::3]]
    order = np.random.default_rng(seed).permutation(len(repeated))
    shuffled = [repeated[position] for position in order]
    stored = 0
    for start in range(0, len(shuffled), 20):
        stored += telemetry.store(connection, kettle, shuffled[start : start + 20]).inserted
        if start == 40:
            connection.commit()
    assert stored == len(batch)
    assert rows(connection) == expected
    newest = connection.execute(
        "SELECT DISTINCT last_reading_at FROM hearthwatch.device_states"
    ).fetchall()
    assert newest == [(START + timedelta(minutes=294),)]


def test_every_kind_of_value_comes_back(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    device = kettles[1].id
    values: dict[str, telemetry.Value] = {
        "temp_c": 98,
        "energy_kwh": 123456789.125,
        "lid_open": True,
        "phase": 2,
        "not_in_the_catalogue": 1.0,
    }
    telemetry.store(connection, kettle, [Reading(device, START, values)])
    found = telemetry.last_before(connection, kettle, device, START)
    assert found.drop(columns=["device_id", "time"]).iloc[0].to_dict() == {
        "temp_c": 98.0,
        "energy_kwh": 123456789.125,
        "lid_open": 1.0,
        "phase": 2.0,
    }


def test_readings_are_found_after_each_devices_own_instant(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    batch = [reading(device, minute) for device in kettles for minute in range(5)]
    telemetry.store(connection, kettle, batch)
    first, second, _ = (device.id for device in kettles)
    since = [START + timedelta(minutes=3), START]
    until = START + timedelta(minutes=3)
    found = telemetry.after(connection, kettle, [first, second], since, until)
    assert found["device_id"].tolist() == [second] * 3
    assert found["time"].min() == START + timedelta(minutes=1)
    assert found["time"].max() == until


def test_a_range_has_its_start_and_not_its_end(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    one = kettles[0]
    telemetry.store(connection, kettle, [reading(one, minute) for minute in range(5)])
    end = START + timedelta(minutes=3)
    found = telemetry.between(connection, kettle, one.id, START, end)
    assert len(found) == 3
    assert len(telemetry.between(connection, kettle, one.id, START, end, limit=2)) == 2
    before = START - timedelta(seconds=1)
    assert telemetry.last_before(connection, kettle, one.id, before).empty
