"""Hourly rollups equal what pandas makes of the same readings, late ones included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from devices import appliance, rollup, telemetry
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry import Reading, Value
from storage import pool
from storage.pool import Connection

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
STATISTICS = ("count", "mean", "min", "max", "sd", "last")


def random_readings(devices: list[Appliance], seed: int) -> list[Reading]:
    """Ten hours at odd times, with gaps, missing values and a counter that is reset."""
    rng = np.random.default_rng(seed)
    readings = []
    for device in devices:
        seconds = np.unique(rng.integers(0, 36_000, 120))
        energy = 1e6
        for second in seconds:
            energy = 0.0 if rng.random() < 0.02 else energy + rng.random()
            values: dict[str, Value] = {
                "temp_c": float(np.float32(rng.normal(60, 30))),
                "energy_kwh": energy,
                "lid_open": bool(rng.random() < 0.2),
                "phase": int(rng.integers(0, 3)),
            }
            kept = {name: value for name, value in values.items() if rng.random() < 0.8}
            readings.append(Reading(device.id, START + timedelta(seconds=int(second)), kept))
    return readings


def expected(readings: list[Reading], metrics: list[str]) -> pd.DataFrame:
    rows = [{"device_id": each.device_id, "time": each.time} | each.values for each in readings]  # noqa: PD011 - a reading is no frame
    frame = pd.DataFrame(rows)
    frame[metrics] = frame[metrics].astype("float64")
    ordered = frame.sort_values(["device_id", "time"])
    ordered["time"] = ordered["time"].dt.floor("h")
    grouped = ordered.groupby(["device_id", "time"])[metrics]
    made = grouped.agg(["count", "mean", "min", "max", "std", "last"])
    made.columns = made.columns.map("_".join).str.replace(r"_std$", "_sd", regex=True)
    return made.reset_index().astype({f"{name}_count": "float64" for name in metrics})


def computed(connection: Connection, kettle: ApplianceType) -> pd.DataFrame:
    columns = [f"{metric}_{statistic}" for metric in kettle.metrics for statistic in STATISTICS]
    return rollup.window(connection, kettle, columns, START, START + 24 * HOUR)


@pytest.mark.parametrize("seed", range(3))
def test_a_rollup_is_what_pandas_makes_of_the_readings(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance], seed: int
) -> None:
    readings = random_readings(kettles, seed)
    telemetry.store(connection, kettle, readings)
    assert rollup.refresh(connection, kettle, START + 10 * HOUR) == 30
    pd.testing.assert_frame_equal(
        computed(connection, kettle),
        expected(readings, list(kettle.metrics)),
        check_dtype=False,
        rtol=1e-9,
    )


def test_data_that_come_in_pieces_and_late_make_the_same_rollup(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    readings = random_readings(kettles, 7)
    shuffled = [readings[i] for i in np.random.default_rng(7).permutation(len(readings))]
    for start in range(0, len(shuffled), 90):
        telemetry.store(connection, kettle, shuffled[start : start + 90])
        rollup.refresh(connection, kettle, START + 10 * HOUR)
        connection.commit()
    pd.testing.assert_frame_equal(
        computed(connection, kettle),
        expected(readings, list(kettle.metrics)),
        check_dtype=False,
        rtol=1e-9,
    )


def test_an_hour_that_is_not_over_waits(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    device = kettles[0].id
    times = [START + timedelta(minutes=5), START + timedelta(minutes=65)]
    telemetry.store(connection, kettle, [Reading(device, at, {"temp_c": 1.0}) for at in times])
    assert rollup.complete_until(connection, kettle, START) == START
    assert rollup.refresh(connection, kettle, START + timedelta(minutes=119)) == 1
    assert rollup.complete_until(connection, kettle, START) == START + HOUR
    assert rollup.refresh(connection, kettle, START + 2 * HOUR) == 1
    assert rollup.complete_until(connection, kettle, START) is None
    assert rollup.refresh(connection, kettle, START + 2 * HOUR) == 0


def test_a_limit_leaves_the_newest_hours_for_the_next_refresh(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    telemetry.store(connection, kettle, random_readings(kettles, 1))
    assert rollup.refresh(connection, kettle, START + 10 * HOUR, limit=12) == 12
    assert set(computed(connection, kettle)["time"].dt.hour) == {0, 1, 2, 3}
    assert rollup.refresh(connection, kettle, START + 10 * HOUR, limit=100) == 18


@pytest.mark.parametrize("stale_before", [False, True])
def test_a_refresh_beside_an_ingest_that_has_not_committed_loses_nothing(
    connection: Connection,
    kettle: ApplianceType,
    kettles: list[Appliance],
    database_url: str,
    *,
    stale_before: bool,
) -> None:
    device = kettles[0].id
    first, second = (Reading(device, START + n * HOUR / 6, {"temp_c": float(n)}) for n in (1, 2))
    telemetry.store(connection, kettle, [first])
    if not stale_before:
        rollup.refresh(connection, kettle, START + HOUR)
    connection.commit()
    with pool.connect(database_url) as ingest:
        telemetry.store(ingest, kettle, [second])
        assert rollup.refresh(connection, kettle, START + HOUR) == 0
        connection.commit()
        ingest.commit()
    assert rollup.refresh(connection, kettle, START + HOUR) == 1
    assert computed(connection, kettle)["temp_c_mean"].tolist() == [1.5]


def test_two_refreshers_at_once_share_the_hours(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance], database_url: str
) -> None:
    readings = random_readings(kettles, 2)
    telemetry.store(connection, kettle, readings)
    # On TimescaleDB a refresher waits for another's commit where both need a new chunk of hours.
    assert rollup.refresh(connection, kettle, START + 10 * HOUR, limit=1) == 1
    connection.commit()
    with pool.connect(database_url) as other:
        assert rollup.refresh(connection, kettle, START + 10 * HOUR, limit=20) == 20
        assert rollup.refresh(other, kettle, START + 10 * HOUR, limit=20) == 9
        other.commit()
    connection.commit()
    assert len(computed(connection, kettle)) == len(expected(readings, list(kettle.metrics)))


def test_a_window_holds_appliances_in_service_or_those_asked_for(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    telemetry.store(
        connection, kettle, [Reading(one.id, START, {"temp_c": one.id * 1.0}) for one in kettles]
    )
    rollup.refresh(connection, kettle, START + HOUR)
    first, second, third = (one.id for one in kettles)
    appliance.retire_all_but(connection, ["K-0", "K-1"], START)
    columns = ["temp_c_last"]
    found = rollup.window(connection, kettle, columns, START, START + HOUR)
    assert found["device_id"].tolist() == [first, second]
    assert found["temp_c_last"].tolist() == [first, second]
    one = rollup.window(connection, kettle, columns, START, START + HOUR, [second, third])
    assert one["device_id"].tolist() == [second]
    assert rollup.window(connection, kettle, columns, START + HOUR, START + 2 * HOUR).empty
    with pytest.raises(ValueError, match="no rollup columns"):
        rollup.window(connection, kettle, ["temp_c_median"], START, START + HOUR)
