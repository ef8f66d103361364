"""No bad input stops ingest or is lost: each lands in dead letters, and a good message follows."""

from __future__ import annotations

import json

import pytest

from ingest.reason import Reason
from tests.integration.ingest.conftest import Line

TEN_MEGABYTES = 10 * 1024 * 1024
GOOD = b'{"ts": "2026-06-01T11:00:00Z", "values": {"temp_c": 4.5, "door_open": false}}'


def assert_put_aside_and_ingest_goes_on(
    line: Line, topic: str, payload: bytes, reason: Reason
) -> None:
    line.publish(topic, payload)
    line.publish(line.door.topic(), GOOD)
    line.pump_messages(2)
    (letter,) = line.door.letters()
    assert (letter.topic, letter.reason) == (topic, reason)
    assert letter.payload == payload[: len(letter.payload)]
    assert letter.payload_bytes == len(payload)
    assert line.door.stored() == 1
    tally = line.door.tally()
    assert (tally.received, tally.stored, tally.dead_lettered) == (2, 1, 1)


def reading(values: str, ts: str = '"2026-06-01T11:30:00Z"') -> bytes:
    return f'{{"ts": {ts}, "values": {values}}}'.encode()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b'{"values": {"temp_c"', Reason.NOT_JSON, id="malformed"),
        pytest.param(b"\x00\xff\xfe", Reason.NOT_JSON, id="binary"),
        pytest.param(reading('{"temp_c": "warm"}'), Reason.VALUE_NOT_NUMBER, id="wrong type"),
        pytest.param(reading('{"temp_c": 900}'), Reason.VALUE_OUT_OF_RANGE, id="out of range"),
        pytest.param(reading('{"temp_c": NaN}'), Reason.VALUE_NOT_FINITE, id="NaN"),
        pytest.param(reading('{"temp_c": 4}', "1000"), Reason.TIME_TOO_OLD, id="1970"),
        pytest.param(
            reading('{"temp_c": 4}', '"2199-01-01T00:00:00Z"'),
            Reason.TIME_TOO_FAR_AHEAD,
            id="far future",
        ),
        pytest.param(b"[" + b"7," * 200_000 + b"7]", Reason.PAYLOAD_TOO_LARGE, id="long list"),
    ],
)
def test_a_bad_payload_lands_in_dead_letters(line: Line, payload: bytes, reason: Reason) -> None:
    assert_put_aside_and_ingest_goes_on(line, line.door.topic(), payload, reason)


def test_a_payload_of_ten_megabytes_lands_in_dead_letters(line: Line) -> None:
    payload = b'{"values": {"temp_c": 4}}'.ljust(TEN_MEGABYTES)
    assert_put_aside_and_ingest_goes_on(line, line.door.topic(), payload, Reason.PAYLOAD_TOO_LARGE)


def test_an_unknown_device_lands_in_dead_letters(line: Line) -> None:
    assert_put_aside_and_ingest_goes_on(
        line, "appliances/NOBODY/telemetry", GOOD, Reason.DEVICE_UNKNOWN
    )


@pytest.mark.parametrize("serial", ["a b", "冰箱", "", "%s%n", "x" * 65, "';DROP TABLE--"])
def test_a_topic_with_odd_characters_lands_in_dead_letters(line: Line, serial: str) -> None:
    assert_put_aside_and_ingest_goes_on(
        line, f"appliances/{serial}/telemetry", GOOD, Reason.TOPIC_MALFORMED
    )


def test_a_list_keeps_its_good_readings_and_one_letter_for_each_bad_one(line: Line) -> None:
    readings = [
        {"ts": f"2026-06-01T11:0{minute}:00Z", "values": {"temp_c": temp}}
        for minute, temp in enumerate([4, 400, 5, None])
    ]
    line.publish(line.door.topic(), json.dumps(readings).encode())
    line.pump_messages(1)
    assert line.door.stored() == 2
    assert [letter.reason for letter in line.door.letters()] == [
        Reason.VALUE_OUT_OF_RANGE,
        Reason.EMPTY,
    ]
    assert json.loads(line.door.letters()[0].payload) == readings[1]
    tally = line.door.tally()
    assert (tally.stored, tally.partial, tally.readings) == (1, 1, 2)


def test_a_value_that_the_database_refuses_does_not_take_its_batch_along(line: Line) -> None:
    good = [reading('{"temp_c": 4}', f'"2026-06-01T11:{minute}:00Z"') for minute in range(10, 30)]
    poison = reading('{"temp_c": 4, "nul\\u0000": 1}')
    line.publish(line.door.topic(), *good[:10], poison, *good[10:])
    line.pump_messages(21)
    assert line.door.stored() == 20
    (letter,) = line.door.letters()
    assert (letter.reason, letter.payload) == (Reason.NOT_STORABLE, poison)
