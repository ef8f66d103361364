"""What is too old goes, by whole weeks of event time, and what was made of it stays."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from devices import day_packing, dead_letter, retention, rollup, telemetry, watermark
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.dead_letter import Refusal
from devices.retention import Keeping
from devices.telemetry import Reading
from devices.telemetry_table import HOURS_CHUNK, READINGS_CHUNK
from runtime.clock import SetClock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import queue
from storage.pool import Connection, Pool
from tickets import errands
from tickets.errands import Orders

DEADLINE_S = 60.0
WEEK = READINGS_CHUNK
MONDAY = datetime(2015, 1, 5, tzinfo=UTC)
BOUND = retention.chunk_start(MONDAY, WEEK)
"""Where a week begins, eleven years ago: what is old hangs on what comes in, not on today."""


@pytest.fixture
def three_weeks(
    connection: Connection, kettle: ApplianceType, kettles: list[Appliance]
) -> list[Reading]:
    """Readings on both sides of two bounds, of two devices, rolled up."""
    times = [
        BOUND + offset
        for offset in (
            -timedelta(microseconds=1),
            timedelta(0),
            WEEK - timedelta(microseconds=1),
            WEEK,
            2 * WEEK,
        )
    ]
    readings = [
        Reading(one.id, time, {"temp_c": float(number)})
        for one in kettles[:2]
        for number, time in enumerate(times)
    ]
    telemetry.store(connection, kettle, readings)
    rollup.refresh(connection, kettle, BOUND + 3 * WEEK)
    watermark.advance(connection, "w", BOUND + 2 * WEEK)
    connection.commit()
    return readings


def kept(connection: Connection, table: str = "kettle") -> list[tuple[object, ...]]:
    rows = connection.execute(
        f"SELECT device_id, time FROM telemetry.{table} ORDER BY 1, 2".encode()
    ).fetchall()
    # A chunk that somebody reads cannot be dropped.
    connection.commit()
    return rows


def keys(readings: list[Reading], since: datetime) -> list[tuple[object, ...]]:
    return [(each.device_id, each.time) for each in readings if each.time >= since]


@pytest.mark.parametrize(
    ("days", "since"),
    [
        (6, BOUND + WEEK),
        (7, BOUND + WEEK),
        (8, BOUND),
        (14, BOUND),
        (15, BOUND - WEEK),
    ],
)
def test_readings_go_by_whole_weeks_and_their_hours_stay(
    database_pool: Pool,
    connection: Connection,
    three_weeks: list[Reading],
    days: int,
    since: datetime,
) -> None:
    hours = kept(connection, "kettle_hourly")
    retention.enforce(database_pool, Keeping(readings=timedelta(days=days)), Stop())
    assert kept(connection) == keys(three_weeks, since)
    assert kept(connection, "kettle_hourly") == hours
    assert len(hours) == 10


def test_hours_go_by_four_weeks(
    database_pool: Pool, connection: Connection, three_weeks: list[Reading]
) -> None:
    assert retention.chunk_start(BOUND, HOURS_CHUNK) == BOUND
    hours = kept(connection, "kettle_hourly")
    for since, left in ((BOUND + WEEK, hours[1:5] + hours[6:]), (BOUND + 5 * WEEK, [])):
        watermark.advance(connection, "w", since + HOURS_CHUNK)
        connection.commit()
        retention.enforce(database_pool, Keeping(hours=HOURS_CHUNK + WEEK), Stop())
        assert kept(connection, "kettle_hourly") == left
    assert kept(connection) == keys(three_weeks, BOUND - WEEK)


@pytest.mark.usefixtures("three_weeks")
def test_packed_days_go_with_their_hours(
    database_pool: Pool, connection: Connection, kettle: ApplianceType
) -> None:
    reached = BOUND + timedelta(days=2)
    while day_packing.pack(connection, kettle, reached):
        connection.commit()
    packed = kept(connection, "kettle_daily")
    assert {time for _, time in packed} == {BOUND - timedelta(days=1), BOUND}
    watermark.advance(connection, "w", reached + HOURS_CHUNK)
    connection.commit()
    retention.enforce(database_pool, Keeping(hours=HOURS_CHUNK), Stop())
    assert kept(connection, "kettle_daily") == [row for row in packed if row[1] == BOUND]


def test_a_late_reading_of_an_hour_whose_readings_are_gone_leaves_its_rollup_as_it_is(
    database_pool: Pool,
    connection: Connection,
    kettle: ApplianceType,
    kettles: list[Appliance],
    three_weeks: list[Reading],
) -> None:
    more = [
        Reading(kettles[0].id, BOUND + timedelta(minutes=minute), {"temp_c": 50.0})
        for minute in (1, 2)
    ]
    telemetry.store(connection, kettle, more)
    rollup.refresh(connection, kettle, BOUND + 3 * WEEK)
    connection.commit()
    retention.enforce(database_pool, Keeping(readings=WEEK), Stop())
    late = Reading(kettles[0].id, BOUND + timedelta(minutes=3), {"temp_c": 90.0})
    telemetry.store(connection, kettle, [late])
    assert rollup.refresh(connection, kettle, BOUND + 3 * WEEK) == 1
    columns = ["temp_c_count", "temp_c_max"]
    hour = rollup.window(connection, kettle, columns, BOUND, BOUND + timedelta(hours=1))
    assert hour[columns].to_numpy().tolist() == [[3.0, 50.0], [1.0, 1.0]]
    connection.commit()
    retention.enforce(database_pool, Keeping(readings=WEEK), Stop())
    assert kept(connection) == keys(three_weeks, BOUND + WEEK)


def test_nothing_goes_that_is_kept_for_ever_or_before_anything_has_come_in(
    database_pool: Pool, connection: Connection, three_weeks: list[Reading]
) -> None:
    nothing = Settings(keep_readings_days=0, keep_hours_days=0, keep_dead_letters_days=0)
    assert Keeping.of(nothing) == Keeping()
    retention.enforce(database_pool, Keeping(), Stop())
    connection.execute("DELETE FROM hearthwatch.ingest_progress")
    connection.commit()
    retention.enforce(database_pool, Keeping(readings=timedelta(days=1)), Stop())
    assert kept(connection) == keys(three_weeks, BOUND - WEEK)


def test_what_is_more_than_one_portion_goes_all_the_same(
    database_pool: Pool,
    connection: Connection,
    three_weeks: list[Reading],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "ROWS", 2)
    asked_to_stop = Stop()
    asked_to_stop.set()
    keeping = Keeping(readings=timedelta(days=1), dead_letters=timedelta(days=30))
    refused(connection, 31, 31, 31, 29)
    retention.enforce(database_pool, keeping, asked_to_stop)
    assert kept(connection) == keys(three_weeks, BOUND - WEEK)
    retention.enforce(database_pool, keeping, Stop())
    assert kept(connection) == keys(three_weeks, BOUND + WEEK)
    assert [letter.detail for letter in dead_letter.waiting(connection)] == ["29 days ago"]


def refused(connection: Connection, *days_ago: int) -> None:
    dead_letter.store(
        connection, [Refusal("t", b"", "not_json", f"{days} days ago") for days in days_ago]
    )
    connection.execute(
        "UPDATE hearthwatch.dead_letters SET received_at = now() - split_part(detail, ' ago', 1)"
        "::interval"
    )
    connection.commit()


def test_work_does_it_when_it_is_due(
    database_pool: Pool,
    database_url: str,
    connection: Connection,
    three_weeks: list[Reading],
) -> None:
    queue.defer(connection, retention.ENFORCE, timestamp=0)
    connection.commit()
    stop, orders = Stop(), Orders(keeping=Keeping(readings=WEEK))
    clock = SetClock(BOUND)
    worker = threading.Thread(
        target=errands.run, args=(database_url, database_pool, clock, stop, orders)
    )
    worker.start()
    try:
        deadline = time.monotonic() + DEADLINE_S
        while kept(connection) != keys(three_weeks, BOUND + WEEK):
            assert time.monotonic() < deadline
            assert worker.is_alive()
            stop.wait(0.1)
    finally:
        stop.set()
        worker.join(DEADLINE_S)
    assert not worker.is_alive()
