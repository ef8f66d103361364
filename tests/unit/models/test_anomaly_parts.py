"""The parts of the anomaly family: what they measure, by hand-worked cases."""

from __future__ import annotations

import numpy as np
import pytest

from models.arrays import Floats
from models.detectors import alarms
from models.detectors.drift import without_drift
from models.detectors.recovery import after_peaks
from models.detectors.standing import Standing
from models.features import cycle
from models.features.trailing import trailing
from models.recording import Description, Moments, Recording

SECOND_NS = 1_000_000_000


def moments(*lengths: int) -> Moments:
    """Units with so many rows each, a second apart."""
    unit = np.repeat(np.arange(len(lengths)), lengths)
    return Moments(unit, np.concatenate([np.arange(each) for each in lengths]) * SECOND_NS)


def recording(unit: Floats, values: Floats) -> Recording:
    rows = np.arange(len(values)) * SECOND_NS
    units = tuple(f"unit {number}" for number in range(int(unit.max()) + 1))
    names = tuple(f"metric {number}" for number in range(values.shape[1]))
    return Recording(Description(names), units, unit.astype(np.int64), rows, values, SECOND_NS)


def test_a_while_holds_the_last_rows_of_the_same_unit() -> None:
    values = np.array([[1.0], [2.0], [6.0], [10.0], [20.0]])
    found = trailing(moments(3, 2), values, SECOND_NS, 2)
    assert found.mean[:, 0].tolist() == [1.0, 1.5, 4.0, 10.0, 15.0]
    assert found.deviation[:, 0].tolist() == [0.0, 0.5, 2.0, 0.0, 5.0]
    assert found.share[:, 0].tolist() == [0.5, 1.0, 1.0, 0.5, 1.0]


def test_a_while_with_too_few_known_values_says_nothing() -> None:
    values = np.array([[1.0], [np.nan], [np.nan], [np.nan], [np.nan], [5.0]])
    found = trailing(moments(6), values, SECOND_NS, 4)
    assert np.isnan(found.mean[:, 0]).all()


def test_a_while_does_not_reach_over_a_gap() -> None:
    rows = Moments(np.zeros(3, dtype=np.int64), np.array([0, 1, 100]) * SECOND_NS)
    found = trailing(rows, np.array([[1.0], [3.0], [9.0]]), SECOND_NS, 2)
    assert found.mean[:, 0].tolist() == [1.0, 2.0, 9.0]


def test_where_a_unit_stands_is_told_by_its_own_values_if_there_are_enough() -> None:
    rng = np.random.default_rng(1)
    unit = np.repeat([0, 1], [200, 200])
    values = np.where(unit == 0, 10.0, 50.0) + rng.normal(0, np.where(unit == 0, 1.0, 3.0))
    standing = Standing.of(recording(unit, values[:, None]), values[:, None])
    np.testing.assert_allclose(standing.centre[:2, 0], [10.0, 50.0], atol=0.7)
    np.testing.assert_allclose(standing.spread[:2, 0], [1.0, 3.0], rtol=0.2)


def test_a_unit_never_seen_stands_amid_the_fleet_and_may_be_far_from_it() -> None:
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(5), 100)
    values = (10.0 * unit + rng.normal(0, 1, 500))[:, None]
    standing = Standing.of(recording(unit, values), values)
    assert standing.centre[-1, 0] == pytest.approx(20.0, abs=0.5)
    assert standing.spread[-1, 0] > 10.0


def test_a_few_wild_values_hardly_change_where_a_unit_stands() -> None:
    values = np.random.default_rng(1).normal(0, 1, (300, 1))
    values[200:205] = 1000.0
    standing = Standing.of(recording(np.zeros(300), values), values)
    assert abs(standing.centre[0, 0]) < 0.3
    assert standing.spread[0, 0] < 1.5


def test_the_cycle_of_a_noisy_wave_is_found() -> None:
    rows = np.arange(600)
    values = np.sin(2 * np.pi * rows / 30) + np.random.default_rng(1).normal(0, 0.3, 600)
    assert cycle.length(np.zeros(600, dtype=np.int64), values) in range(29, 32)


@pytest.mark.parametrize("kind", ["noise", "walk", "constant", "missing", "short"])
def test_what_has_no_cycle_gets_none(kind: str) -> None:
    noise = np.random.default_rng(1).normal(0, 1, 600)
    values = {
        "noise": noise,
        "walk": np.cumsum(noise),
        "constant": np.ones(600),
        "missing": np.full(600, np.nan),
        "short": noise[:10],
    }[kind]
    assert cycle.length(np.zeros(len(values), dtype=np.int64), values) == 0


def test_scores_after_a_peak_are_lowered_and_the_peak_itself_is_not() -> None:
    score = np.array([1.0, 10.0, 10.0, 1.0])
    found = after_peaks(moments(4), score, SECOND_NS)
    assert found[0] == 1.0
    assert found[1] == pytest.approx(10.0, rel=0.02)
    assert found[3] == pytest.approx(1 / np.hypot(1, 1.5), rel=0.01)


def test_peaks_of_one_unit_do_not_lower_the_scores_of_another() -> None:
    score = np.array([50.0, 50.0, 1.0, 1.0])
    found = after_peaks(moments(2, 2), score, SECOND_NS)
    assert found[2] == 1.0


def test_an_unknown_score_stays_unknown_and_lowers_nothing() -> None:
    found = after_peaks(moments(3), np.array([np.nan, 1.0, 1.0]), SECOND_NS)
    assert np.isnan(found[0])
    assert found[1] == 1.0


def test_the_reference_follows_a_slow_ramp_and_lags_behind_a_fast_one() -> None:
    slow = np.linspace(0, 6, 6000)[:, None]
    fast = np.linspace(0, 60, 6000)[:, None]
    assert abs(without_drift(moments(6000), slow, 0.002)[-1, 0]) < 0.2
    assert without_drift(moments(6000), fast, 0.002)[-1, 0] > 45


def test_the_reference_of_a_unit_begins_anew() -> None:
    found = without_drift(moments(600, 600), np.ones((1200, 1)), 0.01)
    np.testing.assert_array_equal(found[:600], found[600:])
    assert found[0, 0] == 1.0
    assert found[599, 0] < 0.1


def test_news_is_what_tops_all_of_the_last_rows() -> None:
    score = np.array([1.0, 1.05, 2.0, 2.0, np.nan, 2.1, 3.0])
    found = alarms.news(moments(7), score, SECOND_NS)
    assert np.flatnonzero(np.isfinite(found)).tolist() == [0, 2, 6]


def test_an_episode_begins_at_the_threshold_and_ends_well_below_it() -> None:
    score = np.zeros(500)
    score[[100, 101, 130, 400]] = 3.0
    score[102:130] = 1.5
    found = alarms.onsets(moments(500), score, 2.0, 1.0, SECOND_NS)
    assert np.flatnonzero(found).tolist() == [100, 400]


def test_each_unit_has_episodes_of_its_own() -> None:
    score = np.full(20, 3.0)
    found = alarms.onsets(moments(10, 10), score, 2.0, 1.0, SECOND_NS)
    assert np.flatnonzero(found).tolist() == [0, 10]
