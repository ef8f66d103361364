"""Every reason for which a message is refused, and what is kept of it all the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from devices.catalogue.appliance_type import ApplianceType
from ingest.dialects.native import Native
from ingest.instant import Span
from ingest.reason import Reason
from ingest.registry import Known
from ingest.source import Message
from ingest.validation import PAYLOAD_BYTES, Judged, Validation

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEXT = {"en": "Text", "zh": "文字"}
Judge = Callable[..., Judged]

FRIDGE = ApplianceType.model_validate(
    {
        "type": "fridge",
        "title": TEXT,
        "reports_every_s": 300,
        "silent_after_h": 6,
        "metrics": {
            "temp_c": {
                "title": TEXT,
                "unit": "°C",
                "kind": "gauge",
                "physical": {"low": -40, "high": 60},
            },
            "cycles": {
                "title": TEXT,
                "unit": "",
                "kind": "counter",
                "storage": "integer",
                "physical": {"low": 0, "high": 1_000_000},
            },
            "mode": {
                "title": TEXT,
                "unit": "",
                "kind": "state",
                "storage": "integer",
                "states": {0: TEXT, 1: TEXT},
            },
            "door_open": {"title": TEXT, "unit": "", "kind": "state", "storage": "boolean"},
        },
        "problems": {
            "not_cooling": {
                "title": TEXT,
                "severity": "high",
                "advice": TEXT,
                "causes": [TEXT],
                "skills": ["refrigeration"],
            }
        },
        "fault_codes": {
            "E1": {
                "title": TEXT,
                "severity": "high",
                "problem": "not_cooling",
                "self_help": {"en": ["Look."], "zh": ["看。"]},
                "causes": [TEXT],
                "skills": ["refrigeration"],
            }
        },
    }
)


@pytest.fixture
def judge() -> Judge:
    span = Span(datetime(2010, 1, 1, tzinfo=UTC), timedelta(days=1))
    validation = Validation({"fridge": FRIDGE}, [Native()], span)
    registered = {
        "F-1": Known(1, "fridge", retired=False),
        "OLD": Known(2, "fridge", retired=True),
        "ALIEN": Known(3, "spaceship", retired=False),
    }

    def judged(payload: object, topic: str = "appliances/F-1/telemetry") -> Judged:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return validation.judge(Message(topic, raw, NOW), registered)

    return judged


def reasons(judged: Judged) -> list[str]:
    return [refusal.reason for refusal in judged.refusals]


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


@pytest.mark.parametrize(
    ("ts", "reason"),
    [
        (0, Reason.TIME_TOO_OLD),
        (1_780_315_200, Reason.TIME_TOO_OLD),
        (-(10**30), Reason.TIME_TOO_OLD),
        ("1970-01-01T00:00:00Z", Reason.TIME_TOO_OLD),
        (1_780_315_200_000 + 86_400_001, Reason.TIME_TOO_FAR_AHEAD),
        (10**30, Reason.TIME_TOO_FAR_AHEAD),
        ("9999-12-31T00:00:00Z", Reason.TIME_TOO_FAR_AHEAD),
        ("2026-06-01T12:00:00", Reason.TIME_INVALID),
        ("9999-12-31T23:59:59-12:00", Reason.TIME_INVALID),
        ("yesterday", Reason.TIME_INVALID),
        (True, Reason.TIME_INVALID),
        ([1], Reason.TIME_INVALID),
    ],
)
def test_a_time_that_cannot_be_true_is_refused(judge: Judge, ts: object, reason: Reason) -> None:
    assert reasons(judge({"ts": ts, "values": {"temp_c": 4}})) == [reason]


def test_seconds_in_place_of_milliseconds_are_named_as_such(judge: Judge) -> None:
    judged = judge({"ts": 1_780_315_200, "values": {"temp_c": 4}})
    assert "seconds" in judged.refusals[0].detail


def test_a_time_may_be_rfc_3339_and_without_one_arrival_counts(judge: Judge) -> None:
    told = judge({"ts": "2026-06-01T19:00:00+08:00", "values": {"temp_c": 4}})
    assert told.readings[0].time == NOW - timedelta(hours=1)
    assert judge({"values": {"temp_c": 4}}).readings[0].time == NOW


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("appliances/a b/telemetry", Reason.TOPIC_MALFORMED),
        ("appliances/冰箱/telemetry", Reason.TOPIC_MALFORMED),
        ("appliances//telemetry", Reason.TOPIC_MALFORMED),
        ("appliances/\\xff/events", Reason.TOPIC_MALFORMED),
        (f"appliances/{'x' * 65}/telemetry", Reason.TOPIC_MALFORMED),
        ("appliances/F-1/telemetry/more", Reason.TOPIC_UNKNOWN),
        ("appliances/F-1/commands", Reason.TOPIC_UNKNOWN),
        ("", Reason.TOPIC_UNKNOWN),
        ("appliances/NEW/telemetry", Reason.DEVICE_UNKNOWN),
        ("appliances/ALIEN/telemetry", Reason.DEVICE_UNKNOWN),
        ("appliances/OLD/telemetry", Reason.DEVICE_RETIRED),
    ],
)
def test_a_topic_that_names_no_appliance_in_service_is_refused(
    judge: Judge, topic: str, reason: Reason
) -> None:
    assert reasons(judge({"values": {"temp_c": 4}}, topic)) == [reason]


def test_a_fault_code_of_the_type_is_an_event(judge: Judge) -> None:
    judged = judge(
        {"ts": 1_780_315_200_000, "code": "E1", "state": "raised"}, "appliances/F-1/events"
    )
    assert [(event.code, event.state) for event in judged.events] == [("E1", "raised")]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"code": "E77", "state": "raised"}, Reason.CODE_UNKNOWN),
        ({"code": 1, "state": "raised"}, Reason.WRONG_SHAPE),
        ({"code": "E1", "state": "on"}, Reason.WRONG_SHAPE),
        ({"code": "E1", "state": ["raised"]}, Reason.WRONG_SHAPE),
        ({"ts": 0, "code": "E1", "state": "raised"}, Reason.TIME_TOO_OLD),
        ([], Reason.WRONG_SHAPE),
    ],
)
def test_an_event_that_cannot_be_true_is_refused(
    judge: Judge, payload: object, reason: Reason
) -> None:
    judged = judge(payload, "appliances/F-1/events")
    assert reasons(judged) == [reason]
    assert judged.events == []


def test_presence_is_online_or_offline(judge: Judge) -> None:
    judged = judge({"state": "offline", "session": "s"}, "appliances/F-1/presence")
    assert [each.state for each in judged.presences] == ["offline"]
    assert reasons(judge({"state": "asleep"}, "appliances/F-1/presence")) == [Reason.WRONG_SHAPE]


def test_a_reply_to_a_command_that_nobody_sent_is_refused(judge: Judge) -> None:
    judged = judge({"state": "succeeded"}, "appliances/F-1/commands/c-9/reply")
    assert reasons(judged) == [Reason.COMMAND_UNKNOWN]
