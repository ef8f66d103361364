"""Every reason for which a time, a topic, an event or a presence is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.reason import Reason
from tests.unit.ingest.validation.judging import NOW, Judge, reasons


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
