"""Packed days hold what the rollup holds, at every moment and whatever comes late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices import day_packing, hour_block, rollup, telemetry, telemetry_table
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.hour_block import HourBlock
from devices.telemetry import Reading, Value
from storage import pool
from storage.pool import Connection

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS = 4
NOON = START + (DAYS - 1) * 24 * HOUR + 12 * HOUR
"""Of the fourth day: three are over."""
SPANS = [
    (START, START + DAYS * 24 * HOUR),
    (START + 7 * HOUR, NOON - HOUR / 2),
    (START + 30.5 * HOUR, START + 41 * HOUR),
    (START - 90 * HOUR, START + HOUR),
    (NOON - HOUR, NOON + 48 * HOUR),
    (NOON + 24 * HOUR, NOON + 48 * HOUR),
]


def readings_of(devices: list[Appliance], seed: int) -> list[Reading]:
    """Half-hours with gaps until noon; the last device begins on the third day."""
    rng = np.random.default_rng(seed)
    return [
        Reading(device.id, START + minute * timedelta(minutes=1), told(rng))
        for number, device in enumerate(devices)
        for minute in range(2880 * (number == len(devices) - 1), 84 * 60, 30)
        if rng.random() < 0.7
    ]


def told(rng: np.random.Generator) -> dict[str, Value]:
    every: dict[str, Value] = {
        "temp_c": float(np.float32(rng.normal(60, 30))),
        "energy_kwh": rng.random() * 1e6,
        "lid_open": bool(rng.random() < 0.2),
        "phase": int(rng.integers(0, 3)),
    }
    return {name: value for name, value in every.items() if rng.random() < 0.6}


def stored(connection: Connection, kettle: ApplianceType, readings: list[Reading]) -> None:
    telemetry.store(connection, kettle, readings)
    while rollup.refresh(connection, kettle, NOON):
        pass


def pack_all(connection: Connection, kettle: ApplianceType, reached: datetime = NOON) -> None:
    while day_packing.pack(connection, kettle, reached):
        pass


def packed(connection: Connection) -> int:
    return rows(connection, "hours IS NOT NULL")


def unpacked(connection: Connection) -> int:
    return rows(connection, "hours IS NULL")


def rows(connection: Connection, which: str) -> int:
    found = connection.execute(
        f"SELECT count(*) FROM telemetry.kettle_daily WHERE {which}".encode()
    ).fetchone()
    assert found is not None
    return int(str(found[0]))


def assert_blocks_are_windows(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    """Every span, of all devices and of some, as the frame of the rollup's rows has it."""
    columns = [f"{metric}_{each}" for each in ("mean", "last") for metric in kettle.metrics]
    for some in (kettles, kettles[1:], kettles[:1]):
        ids = [one.id for one in some]
        for span in SPANS:
            block = hour_block.read(connection, kettle, columns, (ids[0], ids[-1]), span)
            assert_is_window(connection, kettle, block, (columns, span, ids))


def assert_is_window(
    connection: Connection,
    kettle: ApplianceType,
    block: HourBlock,
    asked: tuple[list[str], tuple[datetime, datetime], list[int]],
) -> None:
    columns, (start, end), ids = asked
    frame = rollup.window(connection, kettle, columns, start, end, ids)
    assert block.device_ids.tolist() == frame["device_id"].tolist()
    assert block.times.tolist() == [int(at.timestamp() * 1e6) for at in frame["time"]]
    np.testing.assert_array_equal(block.values, frame[columns].to_numpy())


@pytest.mark.parametrize("seed", range(3))
def test_a_block_is_the_same_whatever_is_packed(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance], seed: int
) -> None:
    stored(connection, kettle, readings_of(kettles, seed))
    assert_blocks_are_windows(connection, kettle, kettles)
    portions = 0
    while day_packing.pack(connection, kettle, NOON, limit=2):
        portions += 1
        if packed(connection):
            assert_blocks_are_windows(connection, kettle, kettles)
    assert portions > DAYS
    assert packed(connection) == 3 + 3 + 1
    assert_blocks_are_windows(connection, kettle, kettles)


def test_a_packed_day_is_read_and_not_its_hours(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    stored(connection, kettle, readings_of(kettles, 4))
    pack_all(connection, kettle)
    connection.execute("UPDATE telemetry.kettle_hourly SET temp_c_mean = 999, temp_c_max = 999")
    ids = (kettles[0].id, kettles[-1].id)
    for column, of_packed in (("temp_c_mean", False), ("temp_c_max", True)):
        block = hour_block.read(connection, kettle, [column], ids, SPANS[0])
        changed = block.values[:, 0] == 999
        over = block.times < (NOON - 12 * HOUR).timestamp() * 1e6
        assert changed[~over].all()
        assert changed[over].all() == of_packed
        assert over.any()


def test_late_readings_unpack_their_days_until_these_are_packed_again(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    readings = readings_of(kettles, 5)
    second_day = START + 24 * HOUR
    late = [
        each
        for each in readings
        if each.device_id == kettles[0].id and second_day <= each.time < second_day + 3 * HOUR
    ]
    # The last device was not heard on the first day.
    late += [Reading(kettles[2].id, START + 5 * HOUR, {"temp_c": 7.0})]
    stored(connection, kettle, [each for each in readings if each not in late])
    pack_all(connection, kettle)
    assert (packed(connection), unpacked(connection)) == (7, 0)
    for each in late:
        stored(connection, kettle, [each])
    assert (packed(connection), unpacked(connection)) == (6, 2)
    assert_blocks_are_windows(connection, kettle, kettles)
    pack_all(connection, kettle)
    assert (packed(connection), unpacked(connection)) == (8, 0)
    assert_blocks_are_windows(connection, kettle, kettles)


def test_nothing_is_packed_beside_a_refresh_that_has_not_committed(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance], database_url: str
) -> None:
    readings = readings_of(kettles, 6)
    stored(connection, kettle, readings[::2])
    connection.commit()
    stored(connection, kettle, readings[1::2])
    with pool.connect(database_url) as other:
        assert day_packing.pack(other, kettle, NOON) == 0
        other.commit()
        connection.commit()
        pack_all(other, kettle)
        other.commit()
    assert packed(connection) > 0
    assert_blocks_are_windows(connection, kettle, kettles)


def test_a_day_is_packed_a_while_after_it_is_over(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    stored(connection, kettle, readings_of(kettles, 7))
    midnight = START + 24 * HOUR
    for reached, of_the_first_day in (
        (midnight + day_packing.SETTLES - HOUR, 0),
        (midnight + day_packing.SETTLES, 2),
    ):
        pack_all(connection, kettle, reached)
        assert packed(connection) == of_the_first_day


def test_a_new_metric_is_unknown_on_packed_days_until_a_late_value_comes(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    stored(connection, kettle, readings_of(kettles, 8))
    pack_all(connection, kettle)
    scale = kettle.metrics["temp_c"]
    wider = kettle.model_copy(update={"metrics": {**kettle.metrics, "scale_mm": scale}})
    telemetry_table.ensure(connection, {"kettle": wider})
    assert_blocks_are_windows(connection, wider, kettles)
    stored(connection, wider, [Reading(kettles[0].id, START + HOUR / 7, {"scale_mm": 2.0})])
    pack_all(connection, wider)
    assert_blocks_are_windows(connection, wider, kettles)


def test_a_metric_that_left_the_catalogue_stays_packed(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    stored(connection, kettle, readings_of(kettles, 9))
    kept = {name: metric for name, metric in kettle.metrics.items() if name != "energy_kwh"}
    pack_all(connection, kettle.model_copy(update={"metrics": kept}))
    assert_blocks_are_windows(connection, kettle, kettles)


def test_days_that_are_too_old_go_and_are_read_from_their_hours(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    stored(connection, kettle, readings_of(kettles, 10))
    pack_all(connection, kettle)
    for further in (day_packing.KEPT, 5 * day_packing.KEPT):
        before = packed(connection)
        pack_all(connection, kettle, NOON + further)
        assert packed(connection) < before
        assert_blocks_are_windows(connection, kettle, kettles)
    assert packed(connection) == 0


def test_an_older_database_gets_the_table_with_what_its_rollup_has(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> None:
    stored(connection, kettle, readings_of(kettles, 11))
    connection.execute("DROP TABLE telemetry.kettle_daily")
    kept = {name: metric for name, metric in kettle.metrics.items() if name != "phase"}
    telemetry_table.ensure(connection, {"kettle": kettle.model_copy(update={"metrics": kept})})
    pack_all(connection, kettle)
    assert packed(connection) > 0
    assert_blocks_are_windows(connection, kettle, kettles)
