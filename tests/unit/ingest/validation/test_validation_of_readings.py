"""Every reason for which a value or a payload is refused, and what is kept of it all the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.reason import Reason
from ingest.validation import PAYLOAD_BYTES
from tests.unit.ingest.validation.judging import Judge, reasons


def test_a_good_reading_is_accepted_with_the_types_of_its_columns(judge: Judge) -> None:
    judged = judge(
        {
            "ts": 1_780_315_200_000,
            "values": {"temp_c": 4, "cycles": 7.0, "mode": 1, "door_open": 0},
        }
    )
    assert reasons(judged) == []
    (reading,) = judged.readings
    assert reading.time == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert reading.values == {"temp_c": 4.0, "cycles": 7, "mode": 1, "door_open": False}
    assert [type(value) for value in reading.values.values()] == [float, int, int, bool]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ('"warm"', Reason.VALUE_NOT_NUMBER),
        ("true", Reason.VALUE_NOT_NUMBER),
        ("[4]", Reason.VALUE_NOT_NUMBER),
        ("NaN", Reason.VALUE_NOT_FINITE),
        ("-Infinity", Reason.VALUE_NOT_FINITE),
        ("1e999", Reason.VALUE_NOT_FINITE),
        ("60.01", Reason.VALUE_OUT_OF_RANGE),
        ("-40.01", Reason.VALUE_OUT_OF_RANGE),
        ("1" + "0" * 400, Reason.VALUE_OUT_OF_RANGE),
    ],
)
def test_a_value_that_cannot_be_true_is_refused_by_its_reason(
    judge: Judge, value: str, reason: Reason
) -> None:
    judged = judge(b'{"values": {"temp_c": %s}}' % value.encode())
    assert reasons(judged) == [reason]
    assert "temp_c" in judged.refusals[0].detail
    assert judged.readings == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"cycles": 1.5}, Reason.VALUE_NOT_WHOLE),
        ({"mode": 2}, Reason.VALUE_OUT_OF_RANGE),
        ({"door_open": 2}, Reason.VALUE_OUT_OF_RANGE),
        ({"door_open": "yes"}, Reason.VALUE_NOT_NUMBER),
    ],
)
def test_integers_states_and_booleans_have_rules_of_their_own(
    judge: Judge, values: dict[str, object], reason: Reason
) -> None:
    assert reasons(judge({"values": values})) == [reason]


def test_a_bad_value_leaves_the_good_ones_and_the_letter_holds_the_whole_reading(
    judge: Judge,
) -> None:
    judged = judge(b'{"values": {"temp_c": NaN, "cycles": -1, "door_open": true}}')
    assert judged.readings[0].values == {"door_open": True}
    (refusal,) = judged.refusals
    assert refusal.reason == Reason.VALUE_NOT_FINITE
    assert "temp_c" in refusal.detail
    assert "cycles" in refusal.detail
    assert b"door_open" in refusal.payload


def test_a_value_of_null_was_not_measured(judge: Judge) -> None:
    judged = judge({"values": {"temp_c": None, "cycles": 1}})
    assert judged.readings[0].values == {"cycles": 1}
    assert reasons(judged) == []


def test_metrics_that_the_catalogue_lacks_are_kept_aside(judge: Judge) -> None:
    judged = judge({"values": {"temp_c": 4, "wifi_dbm": -60}})
    assert judged.unknown[0].values == {"wifi_dbm": -60}
    assert judged.readings[0].values == {"temp_c": 4.0}
    assert reasons(judged) == []


def test_in_a_list_each_reading_is_judged_by_itself(judge: Judge) -> None:
    judged = judge(
        [
            {"ts": 1_780_315_200_000, "values": {"temp_c": 4}},
            {"ts": 1_780_315_200_000, "values": {"temp_c": 400}},
            7,
            {"ts": 1, "values": {"temp_c": 4}},
        ]
    )
    assert len(judged.readings) == 1
    assert reasons(judged) == [
        Reason.VALUE_OUT_OF_RANGE,
        Reason.WRONG_SHAPE,
        Reason.TIME_TOO_OLD,
    ]
    assert judged.refusals[1].payload == b"7"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"  ", Reason.EMPTY),
        (b"[]", Reason.EMPTY),
        (b'{"values": {}}', Reason.EMPTY),
        (b'{"values": {"temp_c": null}}', Reason.EMPTY),
        (b"{", Reason.NOT_JSON),
        (b'{"values": {"temp_c": 4}} x', Reason.NOT_JSON),
        (b"\xff\xfe", Reason.NOT_JSON),
        (b'{"values": {"\xff": 4}}', Reason.NOT_JSON),
        (b'{"values": {"temp_c": 1e999}', Reason.NOT_JSON),
        (b"[" * 100_000, Reason.NOT_JSON),
        (b"null", Reason.WRONG_SHAPE),
        (b'"text"', Reason.WRONG_SHAPE),
        (b'{"temp_c": 4}', Reason.WRONG_SHAPE),
        (b'{"values": [4]}', Reason.WRONG_SHAPE),
        (b" " * (PAYLOAD_BYTES + 1), Reason.PAYLOAD_TOO_LARGE),
    ],
)
def test_a_payload_that_is_no_reading_is_refused(
    judge: Judge, payload: bytes, reason: Reason
) -> None:
    judged = judge(payload)
    assert reasons(judged) == [reason]
    assert judged.refusals[0].payload == payload
