from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from alerts import rule
from alerts.rule import Standing
from devices.catalogue.appliance_type import Alarm, Severity

START = datetime(2025, 3, 3, tzinfo=UTC)
ALARM = Alarm(high=10.0, for_minutes=30, hysteresis=2.0, severity=Severity.HIGH)
(HIGH,) = rule.sides(ALARM)


def _follow(
    values: list[float], standing: Standing | None = None, every_minutes: float = 15
) -> tuple[Standing, list[tuple[float, bool]]]:
    """Turns as (minutes after the start, fires)."""
    times = [START + timedelta(minutes=every_minutes * n) for n in range(len(values))]
    array = np.array(values)
    after, turns = rule.follow(
        standing or Standing(),
        times,
        HIGH.beyond(array),
        HIGH.inside(array),
        timedelta(minutes=ALARM.for_minutes),
    )
    return after, [((turn.at - START) / timedelta(minutes=1), turn.fires) for turn in turns]


def test_a_value_beyond_the_bound_for_long_enough_fires() -> None:
    after, turns = _follow([9, 11, 12, 13])
    assert turns == [(45, True)]
    assert after == Standing(firing=True)


def test_a_spike_that_is_over_before_the_hold_does_not_fire() -> None:
    after, turns = _follow([9, 14, 14, 9, 14, 14, 9])
    assert turns == []
    assert after == Standing()


def test_a_value_between_the_bound_and_the_hysteresis_does_not_clear() -> None:
    after, turns = _follow([9.0, 9.0, 9.0, 9.0], Standing(firing=True))
    assert turns == []
    assert after.firing


def test_a_value_back_by_the_hysteresis_for_long_enough_clears() -> None:
    after, turns = _follow([7.9, 7.9, 7.9], Standing(firing=True))
    assert turns == [(30, False)]
    assert after == Standing()


def test_a_missing_value_breaks_the_stretch_and_decides_nothing() -> None:
    _, firing = _follow([11, float("nan"), 11, 11])
    assert firing == []
    after, clearing = _follow([float("nan")] * 4, Standing(firing=True))
    assert clearing == []
    assert after.firing


def test_a_stretch_goes_on_from_one_batch_of_readings_to_the_next() -> None:
    pending, turns = _follow([9, 9, 11])
    assert turns == []
    assert pending.turning_since == START + timedelta(minutes=30)
    later = [START + timedelta(minutes=60)]
    beyond = np.array([True])
    after, continued = rule.follow(pending, later, beyond, ~beyond, timedelta(minutes=30))
    assert after.firing
    assert continued[0].since == START + timedelta(minutes=30)


def test_a_value_that_swings_around_the_bound_does_not_flutter() -> None:
    values = [11.0, 11.0, 11.0, *([9.0, 11.0] * 20)]
    _, turns = _follow(values)
    assert turns == [(30, True)]


def test_a_low_bound_fires_below_it() -> None:
    alarm = Alarm(low=2.0, for_minutes=0, hysteresis=0.5, severity=Severity.LOW)
    (side,) = rule.sides(alarm)
    values = np.array([2.0, 1.9, 2.4, 2.5, np.nan])
    assert side.beyond(values).tolist() == [False, True, False, False, False]
    assert side.inside(values).tolist() == [False, False, False, True, False]


def test_a_hold_of_nothing_fires_at_the_first_reading() -> None:
    at = [START]
    yes = np.array([True])
    after, turns = rule.follow(Standing(), at, yes, ~yes, timedelta(0))
    assert after.firing
    assert [turn.at for turn in turns] == at
