from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from devices.catalogue.appliance_type import Wear
from models import remaining_life
from models.forecasters.usage_life import Life
from models.remaining_life import FleetRate, Renewal

LEFT_PCT = Wear(metric="filter_left_pct", new=100, spent=0)
FLEET = FleetRate(mean=0.01, spread=0.4)
START = datetime(2026, 5, 1, tzinfo=UTC)


def history(values: list[float], every_h: float = 24) -> pd.DataFrame:
    times = [START + timedelta(hours=every_h * step) for step in range(len(values))]
    return pd.DataFrame({"time": pd.to_datetime(times, utc=True), "value": values})


def test_steady_use_gives_the_days_that_are_left() -> None:
    found = remaining_life.estimate(history([60 - 2.0 * day for day in range(15)]), LEFT_PCT, FLEET)
    assert found is not None
    assert found.days_left == pytest.approx(17, abs=3)
    assert found.low == pytest.approx(16, abs=2)
    assert found.high == pytest.approx(22, abs=3)
    assert found.installed_at == pytest.approx(START - timedelta(days=20), abs=timedelta(days=4))


def test_a_counter_that_grows_works_as_well_as_a_share_that_shrinks() -> None:
    wear = Wear(metric="cycles", new=0, spent=40)
    found = remaining_life.estimate(history([10.0 + day for day in range(11)]), wear, None)
    assert found is not None
    assert found.used == pytest.approx(0.475, abs=0.03)
    assert found.days_left == pytest.approx(21, abs=2)


def test_a_replacement_is_recognised_and_starts_anew() -> None:
    values = [8.0, 6.0, 4.0, 2.0, 0.0, 0.0, 98.0, 96.0, 94.0]
    found = remaining_life.estimate(history(values), LEFT_PCT, FLEET)
    assert found is not None
    assert found.replaced_at == START + timedelta(days=6)
    assert found.installed_at == found.replaced_at
    assert found.used == pytest.approx(0.06)
    assert found.days_left is not None
    assert found.days_left > 40


def test_a_top_up_is_no_replacement_and_does_not_slow_the_rate() -> None:
    values = [50.0, 48.0, 46.0, 44.0, 42.0, 70.0, 68.0, 66.0, 64.0, 62.0]
    found = remaining_life.estimate(history(values), LEFT_PCT, None)
    assert found is not None
    assert found.replaced_at is None
    assert found.days_left == pytest.approx(32, abs=3)


def test_nobody_says_when_an_unused_filter_will_be_spent() -> None:
    found = remaining_life.estimate(history([70.0] * 10), LEFT_PCT, FLEET)
    assert found is not None
    assert found.used == pytest.approx(0.3)
    assert (found.days_left, found.low, found.high) == (None, None, None)


def test_a_spent_consumable_has_no_days_left() -> None:
    found = remaining_life.estimate(history([4.0, 2.0, 0.0, 0.0, 0.0]), LEFT_PCT, FLEET)
    assert found is not None
    assert found.days_left == 0


def test_one_reading_goes_by_the_fleet_and_says_how_unsure_that_is() -> None:
    one = remaining_life.estimate(history([50.0]), LEFT_PCT, FLEET)
    many = remaining_life.estimate(history([79.0 - day for day in range(30)]), LEFT_PCT, FLEET)
    assert one is not None
    assert many is not None
    assert one.days_left == pytest.approx(50)
    assert width(one) > 1.5 * width(many)
    assert remaining_life.estimate(history([50.0]), LEFT_PCT, None) is not None


def width(estimate: remaining_life.Estimate) -> float:
    assert estimate.low is not None
    assert estimate.high is not None
    return math.log(estimate.high / estimate.low)


def test_no_reading_gives_no_estimate() -> None:
    assert remaining_life.estimate(history([]), LEFT_PCT, FLEET) is None
    assert remaining_life.estimate(history([np.nan, np.nan]), LEFT_PCT, FLEET) is None


def test_an_unknown_rate_with_no_fleet_is_not_guessed() -> None:
    found = remaining_life.estimate(history([50.0]), LEFT_PCT, None)
    assert found is not None
    assert found.days_left is None


def test_the_interval_holds_about_four_times_out_of_five() -> None:
    rng = np.random.default_rng(5)
    homes = 400
    rates = 0.012 * rng.lognormal(0, 0.35, homes)
    hits = 0.0
    for rate in rates:
        daily = rng.gamma(2.0, rate / 2.0, 400)
        share = rng.uniform(0, 0.5) + np.cumsum(daily)
        seen = int(rng.integers(3, 25))
        spent = int(np.argmax(share >= 1))
        if spent <= seen:
            hits += 0.8  # spent while still watched: nothing to predict
            continue
        values = (100 * (1 - share[:seen])).tolist()
        found = remaining_life.estimate(history(values), LEFT_PCT, FleetRate(0.0128, 0.36))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= spent - (seen - 1) <= found.high
    assert 0.74 <= hits / homes <= 0.93


def test_the_fleets_rate_leaves_out_homes_that_use_nothing() -> None:
    histories = [history([90.0 - step * day for day in range(10)]) for step in (1.0, 2.0, 3.0, 0.0)]
    usages = [u for h in histories if (u := remaining_life.usage_of(h, LEFT_PCT))]
    rate = remaining_life.fleet_rate(usages)
    assert rate is not None
    assert rate.mean == pytest.approx(0.02)
    assert rate.spread == pytest.approx(0.5)
    assert remaining_life.fleet_rate([]) is None


def test_a_replacement_that_was_told_of_begins_anew_where_nobody_reset_the_counter() -> None:
    told = Renewal(START + timedelta(days=10), 80.0)
    usage = remaining_life.usage_of(history([90.0 - day for day in range(30)]), LEFT_PCT, told)
    assert usage is not None
    assert usage.used == pytest.approx(0.19)
    assert usage.replaced_at == told.at
    assert usage.total / usage.days == pytest.approx(0.01)


def test_a_counter_that_was_reset_since_is_believed_again() -> None:
    values = [20.0 - day for day in range(5)] + [100.0 - day for day in range(5)]
    told = Renewal(START - timedelta(days=30), 40.0)
    reset_now = remaining_life.usage_of(history(values), LEFT_PCT, told)
    reset_before = remaining_life.usage_of(history(values[5:]), LEFT_PCT, told)
    for usage in (reset_now, reset_before):
        assert usage is not None
        assert usage.used == pytest.approx(0.04)


def test_a_life_that_was_learned_to_be_short_leaves_fewer_days_and_less_certainty() -> None:
    usage = remaining_life.usage_of(history([70 - 1.0 * day for day in range(11)]), LEFT_PCT)
    assert usage is not None
    rated = remaining_life.days_left(usage, None)
    short = remaining_life.days_left(usage, None, Life(0.7, 0.1))
    assert rated.days_left == pytest.approx(60, rel=0.05)
    assert short.days_left == pytest.approx(30, rel=0.05)
    assert width(short) > 1.3 * width(rated)
