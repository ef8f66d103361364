"""Calibrated probabilities come true as often as they say, and keep their order."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasters.calibration import Calibration, best_level, log_odds


def boastful(rows: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Raw scores whose log-odds are three times too large, and what came."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-2, 1.5, rows)
    came = rng.random(rows) < 1 / (1 + np.exp(-odds))
    return 1 / (1 + np.exp(-3 * odds)), came


@pytest.mark.parametrize("episodes", [12, 900])
def test_what_is_said_comes_true_as_often(episodes: int) -> None:
    raw, came = boastful(60_000)
    calibrated = Calibration.fit(raw[:10_000], came[:10_000], np.ones(10_000), episodes)
    told, truth = calibrated(raw[10_000:]), came[10_000:]
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1.0)):
        some = (told >= low) & (told < high)
        assert abs(told[some].mean() - truth[some].mean()) < 0.03
    assert abs(raw[raw > 0.6].mean() - came[raw > 0.6].mean()) > 0.15


@pytest.mark.parametrize("episodes", [12, 900])
def test_the_order_is_kept_and_nothing_is_certain(episodes: int) -> None:
    raw, came = boastful(3_000)
    calibrated = Calibration.fit(raw, came, np.ones(len(raw)), episodes)
    told = calibrated(np.sort(raw))
    assert (np.diff(told) >= 0).all()
    assert len(np.unique(told)) == len(np.unique(raw))
    assert told.min() > 0
    assert told.max() < 1


@pytest.mark.parametrize("episodes", [12, 900])
def test_thinned_out_rows_count_for_those_they_stand_for(episodes: int) -> None:
    raw, came = boastful(20_000)
    kept = came | (np.arange(len(raw)) % 10 == 0)
    weight = np.where(came, 1.0, 10.0)[kept]
    calibrated = Calibration.fit(raw[kept], came[kept], weight, episodes)
    assert abs(calibrated(raw).mean() - came.mean()) < 0.02


def test_scores_that_say_nothing_are_worth_the_usual_rate() -> None:
    rng = np.random.default_rng(1)
    came = np.arange(2_000) % 20 == 0
    calibrated = Calibration.fit(rng.random(2_000) * (1 - 0.5 * came), came, np.ones(2_000), 5)
    np.testing.assert_allclose(calibrated(np.array([0.01, 0.5, 0.99])), 0.05, atol=0.01)


def test_alarms_begin_between_the_last_worth_it_and_the_first_that_is_not() -> None:
    raw = np.array([0.9, 0.8, 0.7, 0.4, 0.2])
    came = np.array([True, True, False, True, False])
    once = np.ones(5)
    assert best_level(raw, came, once) == pytest.approx(0.3)
    assert best_level(raw, came, np.array([1.0, 1.0, 10.0, 1.0, 1.0])) == pytest.approx(0.75)


def test_equal_scores_alarm_together_or_not_at_all() -> None:
    raw = np.array([0.5, 0.5, 0.5, 0.1])
    came = np.array([True, False, True, False])
    assert 0.1 < best_level(raw, came, np.ones(4)) < 0.5


def test_log_odds_stay_finite() -> None:
    odds = log_odds(np.array([0.0, 0.5, 1.0]))
    assert np.isfinite(odds).all()
    assert odds[1] == pytest.approx(0)
