"""A device that was offline for a week uploads what it buffered, and nobody else feels it.

Old chunks are compressed where the server can; everywhere the outcome is the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec
import numpy as np
import pandas as pd
import pytest

from alerts import alert
from devices import appliance, rollup, telemetry
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from devices.telemetry_table import READINGS_CHUNK, STATISTICS
from devices.watermark import Tally
from ingest.source import Message
from runtime.clock import SetClock
from storage.pool import Pool
from tests.chunks import compress
from tests.integration.devices.test_rollup import expected
from tests.integration.ingest.conftest import NOW, Door
from tickets import watch
from tickets.watch import Watch

WEEK = timedelta(days=7)
MANY = 10_000
EVERY = WEEK / MANY
LISTED = 250
HOT_C = 55.0
"""Physically possible in a fridge, and alarming."""


@pytest.fixture
def other(door: Door) -> str:
    """Another device, which was online all the time."""
    serial = f"{door.serial}-2"
    with door.pool.connection() as connection:
        appliance.register(connection, [Registration(serial, "cellar_fridge")], NOW - WEEK)
    return serial


@pytest.fixture
def fridge(door: Door) -> ApplianceType:
    return door.catalogue["cellar_fridge"]


def buffered(start: datetime = NOW - WEEK, number: int = MANY) -> list[tuple[datetime, float]]:
    """When, and how warm: a number of readings over a week."""
    chance = np.random.default_rng(11)
    warmth = chance.normal(6.0, 2.0, number).round(1).tolist()
    times = (start + place * EVERY for place in range(number))
    return [(time.replace(microsecond=0), value) for time, value in zip(times, warmth, strict=True)]


def message(serial: str, told: Sequence[tuple[datetime, float]]) -> Message:
    """One message of a device: a reading, or a list if there are more."""
    parts = [
        {"ts": int(time.timestamp() * 1000), "values": {"temp_c": value}} for time, value in told
    ]
    payload = msgspec.json.encode(parts if len(parts) > 1 else parts[0])
    return Message(f"appliances/{serial}/telemetry", payload, NOW)


def in_parts(serial: str, told: Sequence[tuple[datetime, float]], size: int) -> Iterable[Message]:
    return (message(serial, told[at : at + size]) for at in range(0, len(told), size))


def roll_up(door: Door, fridge: ApplianceType) -> pd.DataFrame:
    columns = [f"{metric}_{statistic}" for metric in fridge.metrics for statistic in STATISTICS]
    with door.pool.connection() as connection:
        while rollup.refresh(connection, fridge, NOW):
            connection.commit()
        return rollup.window(connection, fridge, columns, NOW - 2 * WEEK, NOW)


def as_readings(door: Door, told: dict[str, Sequence[tuple[datetime, float]]]) -> list[Reading]:
    with door.pool.connection() as connection:
        known = appliance.by_serials(connection, list(told))
    return [
        Reading(known[serial].id, time, {"temp_c": value, "door_open": None})
        for serial, some in told.items()
        for time, value in some
    ]


@pytest.mark.parametrize("size", [1, LISTED])
def test_a_week_of_buffered_readings_is_stored_once_and_rolled_up_as_if_it_had_been_in_time(
    door: Door, fridge: ApplianceType, other: str, size: int
) -> None:
    sink, told = door.sink(), buffered()
    in_time = told[:: MANY // 500]
    sink.store([message(other, [each]) for each in in_time])
    # It had sent some of the first day before it went offline.
    sink.store([message(door.serial, [each]) for each in told[:100]])
    roll_up(door, fridge)
    with door.pool.connection() as connection:
        compress(connection, "cellar_fridge", "cellar_fridge_hourly")
    upload = list(in_parts(door.serial, told, size))
    random.Random(5).shuffle(upload)
    assert sink.store(upload).readings == MANY - 100
    assert sink.store(upload) == Tally(received=len(upload), duplicates=len(upload))
    assert (door.stored(), door.letters()) == (MANY + len(in_time), [])
    readings = as_readings(door, {door.serial: told, other: in_time})
    pd.testing.assert_frame_equal(
        roll_up(door, fridge),
        expected(readings, list(fridge.metrics)),
        check_dtype=False,
        rtol=1e-6,
    )


def test_what_another_device_tells_meanwhile_is_stored_in_the_same_transaction(
    door: Door, other: str
) -> None:
    upload = list(in_parts(door.serial, buffered(), LISTED))
    batch = [*upload[:20], message(other, [(NOW, 4.0)]), *upload[20:]]
    before = door.tally()
    tally = door.sink().store(batch)
    assert tally == Tally(received=len(batch), stored=len(batch), readings=MANY + 1)
    assert door.tally() == before + tally


def test_a_late_upload_raises_no_alert(database_pool: Pool, catalogue: Catalogue) -> None:
    with database_pool.connection() as connection:
        fridges = [Registration(serial, "refrigerator") for serial in ("LATE", "PROMPT")]
        appliance.register(connection, fridges, NOW - WEEK)
    sink = Door(database_pool, catalogue).sink()
    judge = Watch(database_pool, catalogue, SetClock(NOW), late_after=timedelta(days=1))
    sink.store([told_by_fridge("LATE", 0, 4.0), told_by_fridge("PROMPT", 10, 4.0)])
    for serial, hours_ago in (("LATE", 48), ("PROMPT", 9)):
        hot = (hours_ago - minute / 60 for minute in range(0, 480, 5))
        sink.store([told_by_fridge(serial, ago, HOT_C) for ago in hot])
    while watch.step(judge):
        pass
    with database_pool.connection() as connection:
        prompt = appliance.by_serials(connection, ["PROMPT"])["PROMPT"]
        assert [each.device_id for each in alert.page(connection)] == [prompt.id]
        assert telemetry.count(connection, "refrigerator") == 2 + 2 * 96


def told_by_fridge(serial: str, hours_ago: float, temp_c: float) -> Message:
    time = int((NOW - timedelta(hours=hours_ago)).timestamp() * 1000)
    values = {"ts": time, "values": {"fridge_temp_c": temp_c}}
    return Message(f"appliances/{serial}/telemetry", msgspec.json.encode(values), NOW)


def test_workers_that_need_new_chunks_crosswise_do_not_stop_each_other(
    database_pool: Pool, catalogue: Catalogue
) -> None:
    types = ["dishwasher", "refrigerator"]
    with database_pool.connection() as connection:
        fleet = [Registration(f"X-{name}-{each}", name) for name in types for each in range(2)]
        appliance.register(connection, fleet, NOW - WEEK)
    wide = Door(database_pool, catalogue)
    sinks = [wide.sink(), wide.sink()]
    metric = {name: next(iter(catalogue[name].metrics)) for name in types}

    def batch(worker: int, round_: int) -> list[Message]:
        """Plain readings of one type and careful ones of the other, over new weeks."""
        messages = []
        for name in types:
            careful = {"no_such_metric": 1.0} if (name == types[worker]) else {}
            for week in range(3):
                time = NOW - (3 * round_ + week + 2) * READINGS_CHUNK
                told = {"ts": time.isoformat(), "values": {metric[name]: 1.0} | careful}
                topic = f"appliances/X-{name}-{worker}/telemetry"
                messages.append(Message(topic, msgspec.json.encode(told), NOW))
        random.Random(round_ + worker).shuffle(messages)
        return messages

    with ThreadPoolExecutor(2) as workers:
        for round_ in range(10):
            # A worker that the database parted from another would raise SinkAwayError.
            tallies = list(
                workers.map(
                    lambda worker, number=round_: sinks[worker].store(batch(worker, number)),
                    range(2),
                )
            )
            assert [each.readings for each in tallies] == [6, 6]
