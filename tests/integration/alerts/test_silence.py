"""Silence is judged by the watermark, not by the wall."""

from __future__ import annotations

from devices import appliance, presence
from devices.presence import Presence
from tests.integration.alerts.conftest import Bench

HOUR = 60


def test_an_oven_silent_for_longer_than_its_limit_is_missed_once(bench: Bench) -> None:
    bench.report(0, temp_c=20.0)
    assert bench.judge_silence(6 * HOUR) == []
    (change,) = bench.judge_silence(6 * HOUR + 1)
    assert bench.told([change]) == [("raised", "silence", 6 * HOUR)]
    assert change.problem == "offline"
    assert change.evidence.since == bench.at(0)
    assert bench.judge_silence(20 * HOUR) == []


def test_nobody_is_missed_before_ingest_has_come_so_far(bench: Bench) -> None:
    bench.report(0, temp_c=20.0)
    bench.report(0, 1, temp_c=20.0)
    bench.report(3 * HOUR, 1, temp_c=20.0)
    assert bench.judge_silence(3 * HOUR) == []


def test_an_oven_that_is_heard_again_clears_its_alert(bench: Bench) -> None:
    bench.report(0, temp_c=20.0)
    bench.judge_silence(7 * HOUR)
    bench.report(7 * HOUR + 5, temp_c=20.0)
    assert bench.told(bench.judge_silence(7 * HOUR + 5)) == [("cleared", "silence", 7 * HOUR + 5)]
    assert bench.judge_silence(8 * HOUR) == []


def test_late_readings_of_a_silent_oven_move_nothing_until_they_are_recent(bench: Bench) -> None:
    bench.report(0, temp_c=20.0)
    bench.judge_silence(12 * HOUR)
    bench.report(5 * HOUR, temp_c=20.0)
    assert bench.judge_silence(12 * HOUR) == []
    bench.report(7 * HOUR, temp_c=20.0)
    (change,) = bench.judge_silence(12 * HOUR)
    assert change.change == "cleared"


def test_an_oven_that_was_never_heard_or_is_retired_is_not_missed(bench: Bench) -> None:
    presence.store(bench.connection, [Presence(bench.ids[0], bench.at(0), "online")])
    bench.report(0, 1, temp_c=20.0)
    appliance.retire_all_but(bench.connection, ["O-1"], bench.at(1))
    assert bench.judge_silence(99 * HOUR) == []
