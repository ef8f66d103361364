"""The fleet of a storage measurement: as lively as the simulated appliances, and no two alike."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import storage_fleet
from benchmarks.storage_fleet import SIMULATED, Recording
from devices import telemetry_block
from devices.catalogue.appliance_type import Storage
from devices.catalogue.folder import Catalogue
from devices.telemetry_block import Block

START = datetime(2026, 6, 1, tzinfo=UTC)
MINUTES = 150
TYPES = (
    "air_conditioner",
    "dishwasher",
    "refrigerator",
    "washing_machine",
    "water_heater",
    "water_purifier",
)


def whole(recording: Recording, device_ids: NDArray[np.int32]) -> Block:
    blocks = [block for hour in storage_fleet.hours(recording, device_ids) for block in hour]
    return Block(
        np.concatenate([block.device_ids for block in blocks]),
        np.concatenate([block.times for block in blocks]),
        np.concatenate([block.values for block in blocks]),
    )


@pytest.fixture
def fridges(catalogue: Catalogue) -> Recording:
    return storage_fleet.record(catalogue["refrigerator"], START, MINUTES)


@pytest.mark.parametrize("type_name", TYPES)
def test_what_is_recorded_is_what_ingest_would_accept(catalogue: Catalogue, type_name: str) -> None:
    description = catalogue[type_name]
    recording = storage_fleet.record(description, START, 30)
    for place, (name, metric) in enumerate(description.metrics.items()):
        told = recording.values[:, :, place]
        known = told[np.isfinite(told)]
        if metric.bounds:
            assert (known >= metric.bounds.low).all(), name
            assert (known <= metric.bounds.high).all(), name
        if metric.storage is Storage.INTEGER:
            assert (known == known.round()).all(), name
    assert np.isfinite(recording.values).all(axis=(0, 1)).sum() >= 10


def test_every_device_reports_once_a_minute(fridges: Recording) -> None:
    ids = np.arange(1, SIMULATED + 6, dtype=np.int32)
    block = whole(fridges, ids)
    assert len(block) == len(ids) * MINUTES
    assert not telemetry_block.repeated(block).any()
    for device_id in ids.tolist():
        gaps_s = np.diff(np.sort(block.times[block.device_ids == device_id])) / 1e6
        assert gaps_s == pytest.approx(60, abs=1)


def test_blocks_come_in_the_order_of_time(fridges: Recording) -> None:
    ids = np.arange(1, 4, dtype=np.int32)
    hours = list(storage_fleet.hours(fridges, ids))
    assert [len(hour) for hour in hours] == [12, 12, 6]
    blocks = [block for hour in hours for block in hour]
    for before, after in pairwise(blocks):
        assert before.times.max() // 60_000_000 < after.times.min() // 60_000_000


def test_a_device_that_repeats_another_does_so_at_another_time(fridges: Recording) -> None:
    ids = np.array([1, *range(100, 99 + SIMULATED), 2], dtype=np.int32)
    block = whole(fridges, ids).in_order()
    one, two = (block.values[block.device_ids == device_id] for device_id in (1, 2))
    assert not np.array_equal(one, two)
    shift = storage_fleet.SHIFT_MINUTES % MINUTES
    assert np.array_equal(np.roll(one, -shift, axis=0), two)


def test_the_same_seed_gives_the_same_fleet(catalogue: Catalogue, fridges: Recording) -> None:
    again = storage_fleet.record(catalogue["refrigerator"], START, MINUTES)
    assert np.array_equal(again.values, fridges.values, equal_nan=True)
    other = storage_fleet.record(catalogue["refrigerator"], START, MINUTES, seed=2)
    assert not np.array_equal(other.values, fridges.values, equal_nan=True)
