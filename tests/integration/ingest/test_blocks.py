"""Blocks of plain readings end as the careful path would end them: each once, none in its place."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices import appliance, telemetry, telemetry_block, traces
from devices.appliance import Registration
from devices.catalogue.appliance_type import Storage
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading, Value
from devices.telemetry_block import Block, DuplicateError
from devices.traces import Traces
from devices.watermark import Tally
from ingest.dialects.native import Native
from ingest.instant import Span
from ingest.postgres_sink import PostgresSink
from ingest.reason import Reason
from ingest.source import Message
from ingest.validation import Validation
from runtime.clock import SetClock
from storage.pool import Connection, Pool
from tests.integration.ingest.conftest import NOW, Door

START = datetime(2026, 5, 1, tzinfo=UTC)


def told(door: Door, temp_c: float, minutes: int = 0, serial: str | None = None) -> Message:
    values = {"ts": (NOW - timedelta(minutes=minutes)).isoformat(), "values": {"temp_c": temp_c}}
    topic = f"appliances/{serial or door.serial}/telemetry"
    return Message(topic, json.dumps(values).encode(), NOW)


def second_device(door: Door) -> str:
    serial = f"{door.serial}-2"
    with door.pool.connection() as connection:
        appliance.register(connection, [Registration(serial, "cellar_fridge")], START)
    return serial


@pytest.mark.parametrize("name", ["refrigerator", "washing_machine", "water_heater"])
def test_a_packed_block_is_read_back_as_the_same_rows_that_one_by_one_would_be(
    connection: Connection, catalogue: Catalogue, name: str
) -> None:
    description = catalogue[name]
    (one, other) = appliance.register(
        connection, [Registration("B-1", name), Registration("B-2", name)], START
    )
    chance = random.Random(3)
    readings = [
        Reading(device.id, START + timedelta(microseconds=chance.randrange(10**10)), values)
        for device in (one, other)
        for values in [
            {
                metric: _value(each.storage, chance)
                for metric, each in description.metrics.items()
                if chance.random() < 0.7
            }
            for _ in range(200)
        ]
    ]
    columns = [
        [reading.values.get(metric) for metric in description.metrics] for reading in readings
    ]
    keys = Traces.of_readings(readings)
    block = Block(keys.device_ids, keys.times, np.array(columns, dtype=np.float64))
    telemetry_block.store(connection, description, block)
    in_block = [_all(connection, catalogue, name, each.id) for each in (one, other)]
    connection.execute(f"TRUNCATE telemetry.{name}".encode())
    telemetry.store(connection, description, readings)
    assert in_block == [_all(connection, catalogue, name, each.id) for each in (one, other)]
    assert sum(map(len, in_block)) == 400


def _value(storage: Storage, chance: random.Random) -> Value:
    if storage is Storage.BOOLEAN:
        return chance.random() < 0.5
    return chance.randrange(1000) if storage is Storage.INTEGER else chance.uniform(-5, 500)


def _all(
    connection: Connection, catalogue: Catalogue, name: str, device_id: int
) -> list[tuple[object, ...]]:
    frame = telemetry.between(
        connection, catalogue[name], device_id, START, START + timedelta(days=9)
    )
    return [tuple(map(str, row)) for row in frame.itertuples(index=False)]


def test_a_block_with_a_key_that_is_stored_is_refused_as_a_whole(
    connection: Connection, catalogue: Catalogue
) -> None:
    (device,) = appliance.register(connection, [Registration("B-1", "refrigerator")], START)
    values = np.ones((3, len(catalogue["refrigerator"].metrics)))
    times = np.array([1, 2, 3]) * 1_000_000 + telemetry_block.micros(START)
    block = Block(np.full(3, device.id, dtype=np.int32), times, values)
    first = np.array([False, True, False])
    telemetry_block.store(connection, catalogue["refrigerator"], block.rows(first))
    with pytest.raises(DuplicateError):
        telemetry_block.store(connection, catalogue["refrigerator"], block)
    assert telemetry.count(connection, "refrigerator") == 1
    found = telemetry_block.stored(connection, catalogue["refrigerator"], block)
    assert found.tolist() == first.tolist()


def test_a_stored_block_marks_its_hours_and_devices_like_single_readings(
    connection: Connection,
) -> None:
    (device,) = appliance.register(connection, [Registration("B-1", "refrigerator")], START)
    hours = [0, 0.5, 1, 25]
    readings = [Reading(device.id, START + timedelta(hours=hour), {}) for hour in hours]
    for _ in range(2):
        traces.leave(connection, {"refrigerator": Traces.of_readings(readings)})
        rows = connection.execute(
            "SELECT type, device_id, hour FROM hearthwatch.stale_hours ORDER BY hour"
        ).fetchall()
        assert rows == [
            ("refrigerator", device.id, START + timedelta(hours=hour)) for hour in (0, 1, 25)
        ]
    heard = connection.execute(
        "SELECT device_id, last_reading_at FROM hearthwatch.device_states"
    ).fetchall()
    assert heard == [(device.id, START + timedelta(hours=25))]


def test_a_noted_hour_cannot_be_claimed_before_its_readings_are_committed(
    database_pool: Pool,
) -> None:
    claim = "SELECT hour FROM hearthwatch.stale_hours FOR UPDATE SKIP LOCKED"
    with database_pool.connection() as other:
        (device,) = appliance.register(other, [Registration("B-1", "refrigerator")], START)
        keys = {"refrigerator": Traces.of_readings([Reading(device.id, START, {})])}
        traces.leave(other, keys)
        other.commit()
        with database_pool.connection() as ingest:
            traces.leave(ingest, keys)
            assert other.execute(claim).fetchall() == []
            ingest.commit()
            assert other.execute(claim).fetchall() == [(START,)]


def test_a_batch_that_was_stored_in_part_before_is_completed(door: Door) -> None:
    batch = [told(door, 4.0, minute) for minute in range(100)]
    sink = door.sink()
    assert sink.store(batch[::3]).stored == 34
    assert sink.store(batch) == Tally(received=100, stored=66, duplicates=34, readings=66)
    assert sink.store(batch) == Tally(received=100, duplicates=100)
    assert (door.stored(), door.letters()) == (100, [])


def test_the_first_of_two_that_contradict_stays_whichever_way_each_of_them_takes(
    door: Door,
) -> None:
    other = second_device(door)
    plain = [told(door, 4.0), told(door, 5.0)]
    listed = Message(plain[0].topic, b"[" + told(door, 6.0).payload + b"]", NOW)
    tally = door.sink().store([plain[0], told(door, 7.0, serial=other), plain[1], listed])
    assert tally == Tally(received=4, stored=2, dead_lettered=2, readings=2)
    assert [letter.reason for letter in door.letters()] == [Reason.CONFLICTING_DUPLICATE] * 2
    assert door.sink().store([listed]).dead_lettered == 1
    second = [Message(listed.topic, b"[" + told(door, 6.0, 9).payload + b"]", NOW)]
    assert door.sink().store([*second, told(door, 4.0, 9)]).stored == 1
    assert temperatures(door) == [4.0, 6.0, 7.0]


def temperatures(door: Door) -> list[float]:
    with door.pool.connection() as connection:
        rows = connection.execute("SELECT temp_c FROM telemetry.cellar_fridge").fetchall()
    return sorted(float(str(row[0])) for row in rows)


def test_a_device_that_repeats_itself_keeps_nobody_else_from_being_stored(door: Door) -> None:
    other = second_device(door)
    sink = door.sink()
    sink.store([told(door, 4.0)])
    for minute in range(5):
        tally = sink.store([told(door, 4.0), told(door, 9.0, minute, other)])
        assert tally == Tally(received=2, stored=1, duplicates=1, readings=1)
    assert door.stored() == 6


def test_readings_that_two_workers_store_at_the_same_time_are_stored_once(door: Door) -> None:
    sinks = [door.sink(), door.sink()]
    with ThreadPoolExecutor(2) as workers:
        for round_ in range(10):
            batch = [told(door, 4.0, round_ * 50 + minute) for minute in range(50)]
            tallies = list(workers.map(lambda sink, same=batch: sink.store(same), sinks))
            assert sum(each.stored for each in tallies) == 50
            assert sum(each.duplicates for each in tallies) == 50
    assert (door.stored(), door.letters()) == (500, [])


def test_shipped_types_go_through_with_exact_counts(
    database_pool: Pool, catalogue: Catalogue
) -> None:
    with database_pool.connection() as connection:
        fleet = [Registration(f"S-{name}", name) for name in catalogue]
        appliance.register(connection, fleet, START)
    span = Span(START, timedelta(days=1))
    sink = PostgresSink(
        database_pool,
        catalogue,
        Validation(catalogue, [Native()], span),
        SetClock(NOW),
        "worker",
    )
    batch = _of_all_types(catalogue)
    assert sink.store(batch) == Tally(received=60, stored=60, readings=60)
    with database_pool.connection() as connection:
        assert [telemetry.count(connection, name) for name in catalogue] == [10] * len(catalogue)


def _of_all_types(catalogue: Catalogue) -> Sequence[Message]:
    return [
        Message(
            f"appliances/S-{name}/telemetry",
            json.dumps(
                {
                    "ts": (NOW - timedelta(minutes=minute)).isoformat(),
                    "values": {
                        metric: each.bounds.low if each.bounds and not each.states else 0
                        for metric, each in description.metrics.items()
                    },
                }
            ).encode(),
            NOW,
        )
        for minute in range(10)
        for name, description in catalogue.items()
    ]
