"""Readings that come late end as if they had been in time, in compressed chunks too.

The chunks are compressed where the server can; everywhere the outcome is the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from devices import rollup, telemetry, telemetry_block, telemetry_table
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry import Reading, Stored
from devices.telemetry_block import Block, DuplicateError
from storage.pool import Connection
from tests.chunks import compress
from tests.integration.devices.test_rollup import START, computed, expected, random_readings

DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END = START + DAY
MANY = 110
"""Devices with a thousand readings each: more than TimescaleDB lets a transaction look through."""


def kept_once(readings: list[Reading]) -> list[Reading]:
    """The first reading of each key."""
    return list({(each.device_id, each.time): each for each in reversed(readings)}.values())


def assert_rolled_up(
    connection: Connection, kettle: ApplianceType, readings: list[Reading]
) -> None:
    pd.testing.assert_frame_equal(
        computed(connection, kettle),
        expected(readings, list(kettle.metrics)),
        check_dtype=False,
        rtol=1e-9,
    )


@pytest.mark.parametrize("seed", range(2))
def test_late_readings_go_into_old_chunks_once_and_their_hours_are_made_again(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance], seed: int
) -> None:
    readings = random_readings(kettles, seed)
    early, late = readings[::2], readings[1::2]
    telemetry.store(connection, kettle, early)
    rollup.refresh(connection, kettle, END)
    compress(connection, "kettle", "kettle_hourly")
    assert telemetry.store(connection, kettle, late) == Stored(len(late), 0)
    assert rollup.refresh(connection, kettle, END) > 0
    assert_rolled_up(connection, kettle, readings)
    compress(connection, "kettle", "kettle_hourly")
    assert telemetry.count(connection, "kettle") == len(readings)
    assert_rolled_up(connection, kettle, readings)


def test_what_comes_again_or_contradicts_is_told_apart_in_old_chunks(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    readings = random_readings(kettles, 5)
    telemetry.store(connection, kettle, readings)
    compress(connection, "kettle")
    again, other = readings[10:40], readings[100]
    odd = Reading(other.device_id, other.time, {"temp_c": -49.0})
    new = Reading(other.device_id, other.time + timedelta(microseconds=1), {"temp_c": 1.0})
    told = telemetry.store(connection, kettle, [*again, odd, new])
    assert (told.inserted, told.duplicates, told.conflicts) == (1, 30, [30])
    rollup.refresh(connection, kettle, END)
    assert_rolled_up(connection, kettle, kept_once([*readings, new]))


def test_a_block_with_a_key_of_an_old_chunk_is_refused_as_a_whole(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    block = block_of([kettles[0].id], start=START, each=1000)
    telemetry_block.store(connection, kettle, block)
    compress(connection, "kettle")
    between = Block(block.device_ids, block.times + 1, block.values)
    mixed = Block(block.device_ids, np.append(between.times[:-1], block.times[-1]), block.values)
    with pytest.raises(DuplicateError):
        telemetry_block.store(connection, kettle, mixed)
    assert telemetry.count(connection, "kettle") == 1000
    known = telemetry_block.stored(connection, kettle, mixed)
    assert np.flatnonzero(known).tolist() == [999]
    telemetry_block.store(connection, kettle, mixed.rows(~known))
    assert telemetry.count(connection, "kettle") == 1999


def test_late_readings_of_many_devices_are_not_too_many_for_one_transaction(
    connection: Connection, kettle: ApplianceType
) -> None:
    devices = list(range(1, MANY + 1))
    block = block_of(devices, start=START, each=1000)
    telemetry_block.store(connection, kettle, block)
    compress(connection, "kettle")
    some = block.rows(np.arange(500, len(block), 1000))
    with pytest.raises(DuplicateError):
        telemetry_block.store(connection, kettle, some)
    readings = [
        Reading(int(device_id), EPOCH + timedelta(microseconds=int(micros)), {})
        for device_id, micros in zip(some.device_ids, some.times + 1, strict=True)
    ]
    assert telemetry.insert(connection, kettle, readings) == Stored(MANY, 0)
    assert telemetry.insert(connection, kettle, readings).duplicates == MANY
    assert telemetry.count(connection, "kettle") == MANY * 1001


def test_a_new_metric_widens_a_table_whose_chunks_are_old(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    readings = random_readings(kettles, 3)
    telemetry.store(connection, kettle, readings)
    rollup.refresh(connection, kettle, END)
    compress(connection, "kettle", "kettle_hourly")
    scale = kettle.metrics["temp_c"]
    wider = kettle.model_copy(update={"metrics": {**kettle.metrics, "scale_mm": scale}})
    telemetry_table.ensure(connection, {"kettle": wider})
    at = START + timedelta(minutes=1, microseconds=1)
    late = Reading(kettles[0].id, at, {"scale_mm": 2.0, "temp_c": 1.0})
    telemetry.store(connection, wider, [late])
    assert rollup.refresh(connection, wider, END) == 1
    found = rollup.window(connection, wider, ["scale_mm_last"], START, END, [kettles[0].id])
    assert found["scale_mm_last"].dropna().tolist() == [2.0]
    assert_rolled_up(connection, kettle, [*readings, late])


def block_of(device_ids: list[int], start: datetime, each: int) -> Block:
    """As many readings of each device, a second apart."""
    times = telemetry_block.micros(start) + np.arange(each) * 1_000_000
    return Block(
        np.repeat(np.array(device_ids, dtype=np.int32), each),
        np.tile(times, len(device_ids)),
        np.ones((each * len(device_ids), 4)),
    )
