"""Readings and hours come out of a real TimescaleDB as they do of plain PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from devices import rollup, telemetry
from devices.catalogue.appliance_type import ApplianceType, Storage
from devices.telemetry import Reading, Stored, Value
from devices.telemetry_table import STATISTICS
from storage import capability
from storage.capability import Capability
from storage.pool import Connection
from tests.integration.storage.conftest import START, registered

DAYS = 40
END = START + timedelta(days=DAYS)


@pytest.fixture
def plain(connection: Connection) -> Connection:
    """A fresh database on plain PostgreSQL."""
    if capability.detect(connection) is not Capability.PLAIN:
        pytest.skip("HEARTHWATCH_TEST_URL names no plain PostgreSQL to compare with")
    return connection


def random_value(rng: np.random.Generator, storage: Storage) -> Value:
    if storage is Storage.BOOLEAN:
        return bool(rng.random() < 0.5)
    if storage is Storage.INTEGER:
        return int(rng.integers(0, 3))
    return float(np.float32(rng.normal(5, 20)))


def random_readings(fridge: ApplianceType, device_ids: list[int], seed: int) -> list[Reading]:
    """Forty days out of order, with gaps, some sent twice and some again with other values."""
    rng = np.random.default_rng(seed)
    keys = [
        (device_id, START + timedelta(minutes=int(minute)))
        for device_id in device_ids
        for minute in rng.choice(DAYS * 24 * 60, 200, replace=False)
    ]
    keys += keys[::9]
    readings = [
        Reading(
            device_id,
            time,
            {
                name: random_value(rng, metric.storage)
                for name, metric in fridge.metrics.items()
                if rng.random() < 0.8
            },
        )
        for device_id, time in keys
    ]
    readings += readings[::7]
    return [readings[position] for position in rng.permutation(len(readings))]


def stored_in_pieces(
    connection: Connection, fridge: ApplianceType, readings: list[Reading]
) -> list[Stored]:
    """Store in batches, with a refresh and a commit after each."""
    edges = [*range(0, len(readings), 100), len(readings)]
    told = []
    for start, end in pairwise(edges):
        told.append(telemetry.store(connection, fridge, readings[start:end]))
        rollup.refresh(connection, fridge, END)
        connection.commit()
    return told


def hours(connection: Connection, fridge: ApplianceType) -> pd.DataFrame:
    columns = [f"{metric}_{statistic}" for metric in fridge.metrics for statistic in STATISTICS]
    return rollup.window(connection, fridge, columns, START, END)


def chunks(connection: Connection, table: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM timescaledb_information.chunks"
        " WHERE hypertable_schema = 'telemetry' AND hypertable_name = %s",
        (table,),
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def indexes(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'telemetry' ORDER BY 1, 2"
    ).fetchall()


def test_a_hypertable_has_the_indexes_that_a_plain_table_has(
    timescale: Connection, plain: Connection
) -> None:
    assert indexes(timescale) == indexes(plain)


@pytest.mark.parametrize("seed", range(3))
def test_storing_tells_and_keeps_the_same_on_both(
    timescale: Connection, plain: Connection, fridge: ApplianceType, seed: int
) -> None:
    device_ids = registered(plain, fridge)
    assert registered(timescale, fridge) == device_ids
    readings = random_readings(fridge, device_ids, seed)
    told = stored_in_pieces(plain, fridge, readings)
    assert stored_in_pieces(timescale, fridge, readings) == told
    assert sum(each.inserted for each in told) == 600
    assert all(any(getattr(each, kind) for each in told) for kind in ("duplicates", "conflicts"))
    assert chunks(timescale, "refrigerator") > 4
    assert chunks(timescale, "refrigerator_hourly") > 1
    pd.testing.assert_frame_equal(hours(timescale, fridge), hours(plain, fridge), rtol=1e-12)
    assert len(hours(plain, fridge)) > 400


def test_reading_back_gives_the_same_on_both(
    timescale: Connection, plain: Connection, fridge: ApplianceType
) -> None:
    device_ids = registered(plain, fridge)
    registered(timescale, fridge)
    readings = random_readings(fridge, device_ids, 9)
    since = [START + timedelta(days=n) for n in range(3)]
    late = START + timedelta(days=DAYS // 2)
    found = []
    for connection in (plain, timescale):
        stored_in_pieces(connection, fridge, readings)
        found.append(
            (
                telemetry.after(connection, fridge, device_ids, since, late),
                telemetry.between(connection, fridge, device_ids[0], since[2], END, limit=150),
                telemetry.last_before(connection, fridge, device_ids[1], late),
            )
        )
    for one, other in zip(*found, strict=True):
        assert not one.empty
        pd.testing.assert_frame_equal(one, other)
