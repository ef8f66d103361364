"""What ingest leaves to the judges: all that can matter to an alarm, and nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from alerts import rule
from alerts.alert import Finding
from alerts.horizon import Horizon
from alerts.judges import alarm
from alerts.rule import Standing
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from ingest.postgres_sink import PostgresSink
from ingest.source import Message
from storage.pool import Pool
from tests.integration.ingest.conftest import NOW, Door

HOLD = timedelta(minutes=10)
HIGH, HYSTERESIS = 8.0, 1.0


@pytest.fixture
def cellar(cellar: Catalogue) -> Catalogue:
    """The cellar fridge with an alarm for its temperature."""
    described = cellar["cellar_fridge"].model_dump(by_alias=True)
    described["metrics"]["temp_c"] |= {
        "problem": "not_cooling",
        "alarm": {
            "high": HIGH,
            "for_minutes": HOLD / timedelta(minutes=1),
            "hysteresis": HYSTERESIS,
            "severity": "high",
        },
    }
    described["metrics"]["door_open"] |= {
        "problem": "not_cooling",
        "alarm": {"high": 0.5, "for_minutes": 0, "hysteresis": 0, "severity": "low"},
    }
    return {"cellar_fridge": ApplianceType.model_validate(described)}


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def told(door: Door, minute: float, temp_c: float, *, listed: bool = False) -> Message:
    payload = json.dumps({"ts": at(minute).isoformat(), "values": {"temp_c": temp_c}}).encode()
    return Message(door.topic(), b"[" + payload + b"]" if listed else payload, NOW)


def state(door: Door) -> tuple[object, ...]:
    """Whether the device waits for the judge, and up to which minute it is judged."""
    with door.pool.connection() as connection:
        row = connection.execute(
            "SELECT waiting, judged_at FROM hearthwatch.device_states"
        ).fetchone()
    assert row is not None
    judged_at = row[1]
    assert isinstance(judged_at, datetime)
    return row[0], (judged_at - NOW) / timedelta(minutes=1)


def judge(door: Door, minute: float) -> list[Finding]:
    with door.pool.connection() as connection:
        return alarm.judge(
            connection,
            door.catalogue["cellar_fridge"],
            Horizon(at(minute), timedelta(hours=12)),
        )


def test_readings_within_bounds_are_judged_as_they_are_stored(door: Door) -> None:
    sink = door.sink()
    sink.store([told(door, 0, 4.0)])
    assert state(door) == (False, 0)
    sink.store([told(door, 5, 5.0, listed=True), told(door, 2, 5.0)])
    assert state(door) == (False, 5)
    sink.store([told(door, -600, 4.0)])
    assert state(door) == (False, 5)


def test_a_striking_reading_waits_with_all_that_come_after_it(door: Door) -> None:
    sink = door.sink()
    sink.store([told(door, 0, 4.0), told(door, 1, 9.0), told(door, 2, 4.0)])
    waits, until = state(door)
    assert waits
    assert until == pytest.approx(1)
    sink.store([told(door, 3, 4.0)])
    assert state(door) == (True, until)
    assert judge(door, 3) == []
    assert state(door) == (False, 3)


def test_while_an_alarm_turns_every_reading_waits(door: Door) -> None:
    sink = door.sink()
    fired: list[tuple[bool, datetime]] = []
    for minute in range(0, 60, 5):
        sink.store([told(door, minute, 9.0 if 10 <= minute < 30 else 4.0)])
        waits, _ = state(door)
        assert waits == (10 <= minute < 45)
        fired += [(each.fires, each.at) for each in judge(door, minute)]
    assert fired == [(True, at(20)), (False, at(40))]


def test_a_striking_reading_that_another_worker_was_slow_to_store_is_judged(door: Door) -> None:
    sink = door.sink()
    sink.store([told(door, minute, 4.0) for minute in (0, 0.5)])
    sink.store([opened(door, 0.25)])
    assert state(door)[0]
    assert [(each.signal, each.at) for each in judge(door, 1)][:1] == [
        ("alarm:door_open:high", at(0.25))
    ]


def opened(door: Door, minute: float) -> Message:
    payload = {"ts": at(minute).isoformat(), "values": {"door_open": True}}
    return Message(door.topic(), json.dumps(payload).encode(), NOW)


def test_striking_readings_that_are_late_raise_nothing(door: Door) -> None:
    sink = door.sink()
    sink.store([told(door, 0, 4.0)])
    sink.store([told(door, minute, 9.0) for minute in range(-600, -1)])
    assert state(door) == (False, 0)
    sink.store([told(door, 1, 4.0)])
    assert judge(door, 1) == []


@pytest.mark.parametrize("seed", range(6))
def test_however_readings_are_batched_the_alarm_turns_when_its_rule_says(
    door: Door, database_pool: Pool, seed: int
) -> None:
    assert database_pool
    chance = random.Random(seed)
    temperatures = wandering(chance, 400)
    messages: Sequence[Message] = [
        told(door, minute, each, listed=chance.random() < 0.2)
        for minute, each in enumerate(temperatures)
    ]
    findings: list[Finding] = []
    sink = door.sink()
    while messages:
        messages = stored(sink, messages, chance.randint(1, 30))
        if chance.random() < 0.4:
            findings += judge(door, 400)
    findings += judge(door, 400)
    assert [(each.at, each.fires) for each in findings] == expected(temperatures)
    assert len(findings) > 2


def stored(sink: PostgresSink, messages: Sequence[Message], number: int) -> Sequence[Message]:
    """Store the first few; what is left."""
    assert sink.store(messages[:number]).stored == min(number, len(messages))
    return messages[number:]


def wandering(chance: random.Random, minutes: int) -> list[float]:
    """Temperatures that cross the bound every now and then, some for long enough."""
    found: list[float] = []
    while len(found) < minutes:
        level = chance.choice((4.0, 7.5, 9.0))
        found += [level] * chance.randint(1, 25)
    return found[:minutes]


def expected(temperatures: Sequence[float]) -> list[tuple[datetime, bool]]:
    values = np.array(temperatures)
    side = rule.Side("high", HIGH, 1.0, HYSTERESIS)
    _, turns = rule.follow(
        Standing(),
        [at(minute) for minute in range(len(values))],
        side.beyond(values),
        side.inside(values),
        HOLD,
    )
    return [(turn.at, turn.fires) for turn in turns]
