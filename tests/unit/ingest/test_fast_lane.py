"""The fast lane and the careful path agree on whatever the fast lane takes."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices.catalogue.folder import Catalogue
from devices.telemetry_block import micros
from ingest.dialects.native import Native
from ingest.fast_lane import FastLane, Route
from ingest.instant import Span
from ingest.reason import Reason
from ingest.registry import Known
from ingest.source import Message
from ingest.validation import PAYLOAD_BYTES, Judged, Validation

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SPAN = Span(datetime(2010, 1, 1, tzinfo=UTC), timedelta(days=1))
TOPIC = "appliances/F-1/telemetry"
MILLIS = 1_780_315_200_000
Judge = Callable[[bytes], tuple[dict[str, float] | None, Judged]]

ODD_VALUES = [
    "null", "true", "false", "0", "1", "-0", "0.0", "1.0", "2", "1.5", "-1", "1e400", "1e-400",
    "NaN", "Infinity", "-Infinity", '"4"', '"NaN"', "[]", "{}", "[1]", "1e308", "3.5e38", "-40",
    "60", "60.000001", "-40.1", "2147483648", "9007199254740993", "1" * 25, "4.", "01", "+1",
]  # fmt: skip
ODD_TIMES = [
    "null", "true", "0", "-1", "1780315200", str(MILLIS), str(MILLIS) + ".5", str(MILLIS) + ".0",
    "1e12", str(MILLIS + 86_400_000), str(MILLIS + 86_400_001), "1" * 20, "1" * 40, '"yesterday"',
    '"2026-06-01T12:00:00Z"', '"2026-06-01T12:00:00"', '"2026-06-01T20:00:00.123456+08:00"',
    '"2026-06-01T12:00:00.1234567Z"', '"1970-01-01T00:00:00Z"', '"9999-12-31T23:59:59-12:00"',
    '"0001-01-01T00:00:00+12:00"', '"2026-06-01"', '"2026-06-01 12:00:00Z"', '""', "[]", "{}",
    '"1780315200000"', "4503599627370497", "-4503599627370497",
]  # fmt: skip


@pytest.fixture(scope="module")
def judge(catalogue: Catalogue) -> Judge:
    """A payload by both ways: what the fast lane took of it, and what the careful path says."""
    validation = Validation(catalogue, [Native()], SPAN)
    lane = FastLane(catalogue, SPAN)
    route = lane.route("refrigerator", 1)
    assert route is not None
    routes: dict[str, Route] = {TOPIC: route}
    registered = {"F-1": Known(1, "refrigerator", retired=False)}
    metrics = list(catalogue["refrigerator"].metrics)

    def judged(payload: bytes) -> tuple[dict[str, float] | None, Judged]:
        message = Message(TOPIC, payload, NOW)
        careful = validation.judge(message, registered)
        taken, odd = lane.take([message], routes)
        if odd:
            return None, careful
        block = taken["refrigerator"].block
        row = dict(zip(metrics, block.values[0].tolist(), strict=True))
        values = {name: value for name, value in row.items() if not np.isnan(value)}
        return {**values, "micros": float(block.times[0])}, careful

    return judged


def assert_agreement(judge: Judge, payload: bytes) -> bool:
    """Whatever is taken is what the careful path stores, without a refusal; was it taken?"""
    taken, careful = judge(payload)
    if taken is None:
        return False
    assert careful.refusals == [], payload
    assert careful.unknown == [], payload
    (reading,) = careful.readings
    expected = {name: float(value or 0) for name, value in reading.values.items()}
    assert taken == {**expected, "micros": float(micros(reading.time))}, payload
    return True


@pytest.mark.parametrize("value", ODD_VALUES)
@pytest.mark.parametrize("metric", ["fridge_temp_c", "door_open", "energy_kwh", "no_such_metric"])
def test_they_agree_on_every_odd_value(judge: Judge, metric: str, value: str) -> None:
    assert_agreement(judge, f'{{"ts":{MILLIS},"values":{{"{metric}":{value}}}}}'.encode())


@pytest.mark.parametrize("ts", ODD_TIMES)
def test_they_agree_on_every_odd_time(judge: Judge, ts: str) -> None:
    assert_agreement(judge, f'{{"ts":{ts},"values":{{"fridge_temp_c":4}}}}'.encode())


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"values":{}}',
        b'{"values":null}',
        b'{"values":[4]}',
        b'{"values":{"\xff":4}}',
        b'{"values":{"fridge_temp_c":4},"x":"\xff"}',
        b'{"values":{"fridge_temp_c":4},"x":1}',
        b'{"values":{"fridge_temp_c":4}}x',
        b'[{"values":{"fridge_temp_c":4}}]',
        b'{"values":{"fridge_temp_c":4,"fridge_temp_c":5}}',
        b'{"values":{"fridge_temp_c":400,"fridge_temp_c":5}}',
        b'{"ts":1,"ts":1780315200000,"values":{"fridge_temp_c":4}}',
        b'{"values":{"fridge_temp_c":400},"values":{"fridge_temp_c":5}}',
        b'\xef\xbb\xbf{"values":{"fridge_temp_c":4}}',
        b"[" * 100_000,
        b'{"values":{"fridge_temp_c":4}}'.ljust(PAYLOAD_BYTES + 1),
    ],
)
def test_they_agree_on_every_odd_shape(judge: Judge, payload: bytes) -> None:
    assert_agreement(judge, payload)


def test_they_agree_on_thousands_of_messages_made_by_chance(
    judge: Judge, catalogue: Catalogue
) -> None:
    chance = random.Random(11)
    described = catalogue["refrigerator"].metrics
    outcomes: Counter[bool] = Counter()
    reasons: Counter[str] = Counter()
    for _ in range(5000):
        values = {}
        for name, metric in described.items():
            low, high = (metric.bounds.low, metric.bounds.high) if metric.bounds else (0.0, 1.0)
            good = metric.bounds is None and chance.choice(["true", "false", "0", "1"])
            values[name] = good or str(round(chance.uniform(low, high), chance.randint(0, 6)))
        if chance.random() < 0.5:
            values[chance.choice([*described, "wifi_dbm"])] = chance.choice(ODD_VALUES)
        ts = chance.choice(ODD_TIMES) if chance.random() < 0.2 else str(MILLIS)
        inner = ",".join(
            f'"{name}":{value}' for name, value in values.items() if chance.random() < 0.8
        )
        payload = f'{{"ts":{ts},"values":{{{inner}}}}}'.encode()
        if chance.random() < 0.05:
            payload = payload[: chance.randint(0, len(payload))]
        outcomes[assert_agreement(judge, payload)] += 1
        reasons.update(refusal.reason for refusal in judge(payload)[1].refusals)
    assert outcomes[True] > 1000
    assert outcomes[False] > 1000
    assert {
        Reason.EMPTY, Reason.NOT_JSON, Reason.TIME_INVALID, Reason.TIME_TOO_FAR_AHEAD,
        Reason.TIME_TOO_OLD, Reason.VALUE_NOT_FINITE, Reason.VALUE_NOT_NUMBER,
        Reason.VALUE_OUT_OF_RANGE,
    } <= reasons.keys()  # fmt: skip


@pytest.mark.parametrize(
    "payload",
    [
        {"ts": MILLIS, "values": {"fridge_temp_c": 4, "door_open": False}},
        {"ts": "2026-06-01T12:00:00Z", "values": {"fridge_temp_c": 4.25, "door_open": 1}},
        {"values": {"fridge_temp_c": 4.25, "ambient_temp_c": None}},
    ],
)
def test_what_devices_commonly_send_takes_the_fast_lane(
    judge: Judge, payload: dict[str, object]
) -> None:
    assert assert_agreement(judge, json.dumps(payload).encode())


def test_a_batch_is_split_by_message_and_topics_without_a_route_are_left(
    catalogue: Catalogue,
) -> None:
    lane = FastLane(catalogue, SPAN)
    routes = {
        f"t/{number}": route
        for number, name in enumerate(["refrigerator", "dishwasher"])
        if (route := lane.route(name, number + 10))
    }
    good, bad = b'{"values":{"energy_kwh":4}}', b'{"values":{"energy_kwh":-4}}'
    told = [("t/0", good), ("t/1", bad), ("t/2", good), ("t/1", good), ("t/0", b"{"), ("t/0", good)]
    taken, odd = lane.take([Message(topic, text, NOW) for topic, text in told], routes)
    assert sorted(odd) == [1, 2, 4]
    assert {name: each.positions.tolist() for name, each in taken.items()} == {
        "refrigerator": [0, 5],
        "dishwasher": [3],
    }
    assert taken["dishwasher"].block.device_ids.tolist() == [11]


def test_a_type_that_the_catalogue_lacks_has_no_route(catalogue: Catalogue) -> None:
    assert FastLane(catalogue, SPAN).route("toaster", 1) is None


def test_a_list_is_taken_whole_or_not_at_all(catalogue: Catalogue) -> None:
    lane = FastLane(catalogue, SPAN)
    route = lane.route("refrigerator", 7)
    assert route is not None
    good = '{"ts":%d,"values":{"fridge_temp_c":%d}}'
    bad = good % (MILLIS, 400)
    listed = [good % (MILLIS + number, number) for number in range(3)]
    payloads = [f"[{','.join(listed)}]", good % (MILLIS, 9), f"[{listed[0]},{bad}]", "[]"]
    batch = [Message("t", payload.encode(), NOW) for payload in payloads]
    taken, odd = lane.take(batch, {"t": route})
    assert odd == [2, 3]
    found = taken["refrigerator"]
    place = list(catalogue["refrigerator"].metrics).index("fridge_temp_c")
    told = zip(
        found.positions.tolist(),
        found.block.times.tolist(),
        found.block.values[:, place].tolist(),
        strict=True,
    )
    first = MILLIS * 1000
    assert sorted(told) == [
        (0, first, 0),
        (0, first + 1000, 1),
        (0, first + 2000, 2),
        (1, first, 9),
    ]
    assert set(found.block.device_ids.tolist()) == {7}


def test_readings_beyond_a_bound_of_an_alarm_are_told_apart(catalogue: Catalogue) -> None:
    lane = FastLane(catalogue, SPAN)
    route = lane.route("refrigerator", 7)
    assert route is not None
    alarm = catalogue["refrigerator"].metrics["fridge_temp_c"].alarm
    assert alarm is not None
    assert alarm.high is not None
    values = [alarm.high, alarm.high + 0.1, "null"]
    payloads = [f'{{"values":{{"fridge_temp_c":{each},"door_open":0}}}}' for each in values]
    batch = [Message("t", payload.encode(), NOW) for payload in payloads]
    taken, _ = lane.take(batch, {"t": route})
    assert taken["refrigerator"].striking.tolist() == [False, True, False]
