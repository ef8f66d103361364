"""Remaining life holds for units, rates of use and replacements that were not seen before."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.detectors.detector import NotEnoughDataError
from models.forecasters.forecaster import Target
from models.forecasters.life import LifeForecaster
from models.recording import HOUR_NS, Description, Log, Moments, Recording

START_NS = 1_780_000_000_000_000_000
SPENT_L = 120.0


def filters(flows: np.ndarray, seed: int = 1, kind: np.ndarray | None = None) -> Recording:
    """Filters clog by what flows through them; a `kind` of 1 holds half as much again."""
    rng = np.random.default_rng(seed)
    kinds = np.zeros(len(flows)) if kind is None else kind
    parts = []
    for unit, (flow, strong) in enumerate(zip(flows, kinds, strict=True)):
        spent = SPENT_L * rng.normal(1, 0.03) * (1 + 0.5 * strong)
        litres = flow * rng.uniform(0.7, 1.3, 400)
        used = np.cumsum(litres)
        rows = int(np.searchsorted(used, spent)) + 1
        drop = 2 + 8 * np.exp(6 * (used / spent - 1)) + rng.normal(0, 0.3, 400)
        parts.append(np.column_stack([np.full(400, unit), np.arange(400), litres, drop])[:rows])
    whole = np.vstack(parts)
    return Recording(
        Description(("flow_l_per_h", "drop_bar")),
        tuple(f"filter {unit}" for unit in range(len(flows))),
        whole[:, 0].astype(np.int64),
        START_NS + whole[:, 1].astype(np.int64) * HOUR_NS,
        whole[:, 2:],
        HOUR_NS,
        traits=None if kind is None else kind[:, None],
        trait_names=() if kind is None else ("kind",),
    )


def left_h(of: Recording) -> np.ndarray:
    """Hours to the last row of each unit."""
    last = np.zeros(len(of.units), dtype=np.int64)
    np.maximum.at(last, of.unit, of.time_ns)
    return (last[of.unit] - of.time_ns) / HOUR_NS


def target(left: np.ndarray, censored: np.ndarray | None = None) -> Target:
    nothing = np.zeros(len(left), dtype=np.bool_)
    return Target(("remaining",), left[:, None], nothing if censored is None else censored)


def fitted(of: Recording, *, cap: float | None = None) -> LifeForecaster:
    return LifeForecaster(cap=cap).fit(of, of.moments, target(left_h(of)))


@cache
def of_many_rates() -> LifeForecaster:
    return fitted(filters(np.random.default_rng(3).uniform(1.0, 3.0, 20)))


def test_a_filter_used_harder_than_any_seen_before_is_still_told_right() -> None:
    model = of_many_rates()
    assert model.facts["clock"] == "integral of flow_l_per_h"
    hard = filters(np.full(6, 5.0), seed=8)
    scored = model.score(hard, hard.moments)
    early = left_h(hard) > 8
    relative = scored["remaining"].to_numpy()[early] / left_h(hard)[early]
    assert 0.8 < np.median(relative) < 1.25


def test_the_interval_holds_for_most_unseen_filters_and_contains_the_forecast() -> None:
    others = filters(np.random.default_rng(9).uniform(1.0, 3.0, 20), seed=9)
    scored = of_many_rates().score(others, others.moments)
    truth = left_h(others)
    assert 0.65 < np.mean((scored["lower"] <= truth) & (truth <= scored["upper"])) < 0.95
    assert (scored["lower"] <= scored["remaining"]).all()
    assert (scored["remaining"] <= scored["upper"]).all()


def test_a_forecast_is_better_than_how_long_filters_usually_last() -> None:
    others = filters(np.random.default_rng(9).uniform(1.0, 3.0, 20), seed=9)
    truth = left_h(others)
    told = of_many_rates().score(others, others.moments)["remaining"].to_numpy()
    age = (others.time_ns - START_NS) / HOUR_NS
    usual = np.maximum(np.median(age + truth) - age, 0)
    assert np.mean((told - truth) ** 2) < 0.3 * np.mean((usual - truth) ** 2)


def test_a_replacement_that_was_logged_starts_a_new_life() -> None:
    two = filters(np.array([2.0, 2.0]), seed=5)
    joined = replace(
        two,
        units=("a",),
        unit=np.zeros(len(two), dtype=np.int64),
        time_ns=START_NS + np.arange(len(two)) * HOUR_NS,
    )
    again = int(np.sum(two.unit == 0))
    log = Log.of(np.array([0]), joined.time_ns[[again - 1]], ["filter replaced"])
    at = Moments(np.zeros(2, dtype=np.int64), joined.time_ns[[again - 2, again + 5]])
    scored = of_many_rates().score(replace(joined, maintenance=log), at)
    assert scored["remaining"].iloc[0] < 8
    assert scored["remaining"].iloc[1] > 35


def test_the_unit_of_the_labels_is_the_unit_of_the_forecast() -> None:
    shown = filters(np.full(8, 3.0))
    minutes = LifeForecaster().fit(shown, shown.moments, target(left_h(shown) * 60))
    told = fitted(shown).score(shown, shown.moments)["remaining"].to_numpy()
    in_minutes = minutes.score(shown, shown.moments)["remaining"].to_numpy()
    np.testing.assert_allclose(in_minutes / 60, told, atol=1.5)


def test_no_forecast_is_above_the_cap() -> None:
    shown = filters(np.random.default_rng(4).uniform(2.5, 3.5, 8))
    scored = fitted(shown, cap=20.0).score(shown, shown.moments)
    assert scored["upper"].max() <= 20
    assert scored["remaining"][left_h(shown) > 30].median() > 17


def test_what_kind_of_filter_it_is_tells_from_the_first_hour() -> None:
    kind = np.arange(16) % 2 * 1.0
    model = fitted(filters(np.full(16, 3.0), kind=kind))
    others = filters(np.full(4, 3.0), seed=6, kind=np.array([0.0, 1.0, 0.0, 1.0]))
    first = Moments(np.arange(4), np.full(4, START_NS))
    told = model.score(others, first)["remaining"].to_numpy()
    np.testing.assert_allclose(told, [40, 60, 40, 60], rtol=0.12)


def test_lives_that_were_not_seen_to_their_end_still_teach_that_they_lasted() -> None:
    kind = np.concatenate([np.zeros(6), np.ones(10)])
    whole = filters(np.full(16, 3.0), kind=kind)
    cut = whole.only((whole.unit < 8) | (whole.time_ns < START_NS + 48 * HOUR_NS))
    censored = cut.unit >= 8
    left = left_h(cut)
    learned = LifeForecaster().fit(cut, cut.moments, target(left, censored))
    taken_for_ends = LifeForecaster().fit(cut, cut.moments, target(left))
    others = filters(np.full(6, 3.0), seed=6, kind=np.ones(6))
    at = Moments(np.arange(6), np.full(6, START_NS + 30 * HOUR_NS))
    told = learned.score(others, at)["remaining"].mean()
    fooled = taken_for_ends.score(others, at)["remaining"].mean()
    assert told > fooled + 4
    assert told == pytest.approx(30, abs=9)


def test_lives_none_of_which_ended_are_refused() -> None:
    shown = filters(np.full(6, 3.0))
    with pytest.raises(NotEnoughDataError, match="0 lives"):
        LifeForecaster().fit(
            shown, shown.moments, target(left_h(shown), np.ones(len(shown), dtype=np.bool_))
        )
    with pytest.raises(NotEnoughDataError):
        LifeForecaster().score(shown, shown.moments)


def test_three_lives_of_one_metric_are_enough_for_an_honest_answer() -> None:
    few = filters(np.array([2.0, 3.0, 4.0]))
    model = fitted(few)
    others = filters(np.array([3.0]), seed=12)
    scored = model.score(others, others.moments)
    assert scored[["remaining", "lower", "upper"]].notna().all(axis=None)
