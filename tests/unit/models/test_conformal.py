"""An interval holds four times out of five for lives like those it was learned from."""

from __future__ import annotations

import numpy as np

from models.forecasters.conformal import Interval


def forecasts(seed: int, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts that are worse the longer they are, and more often late than early."""
    rng = np.random.default_rng(seed)
    forecast = rng.uniform(1, 100, count)
    return forecast, forecast + forecast * 0.2 * (rng.gamma(2.0, 1.0, count) - 1.5)


def test_an_interval_holds_four_times_out_of_five_near_the_end_as_well_as_far_from_it() -> None:
    forecast, truth = forecasts(1)
    interval = Interval.of(forecast, truth, np.ones(len(forecast)))
    forecast, truth = forecasts(2)
    low, high = interval.around(forecast)
    for part in (forecast < 30, forecast > 70):
        assert 0.75 < np.mean((truth >= low)[part] & (truth <= high)[part]) < 0.85


def test_an_interval_is_wider_where_forecasts_are_worse() -> None:
    forecast, truth = forecasts(1)
    low, high = Interval.of(forecast, truth, np.ones(len(forecast))).around(np.array([20.0, 80.0]))
    assert (high - low)[1] > 2 * (high - low)[0]


def test_a_forecast_lies_in_its_interval_even_where_all_were_off_to_one_side() -> None:
    forecast, _ = forecasts(1)
    low, high = Interval.of(forecast, forecast + 5, np.ones(len(forecast))).around(forecast)
    assert (low <= forecast).all()
    assert (high >= forecast + 4.99).all()


def test_a_single_error_gives_an_interval_of_that_error() -> None:
    interval = Interval.of(np.array([10.0]), np.array([13.0]), np.ones(1))
    low, high = interval.around(np.array([50.0]))
    assert (low[0], high[0]) == (50.0, 53.0)


def test_errors_count_by_their_weight() -> None:
    forecast = np.full(200, 10.0)
    truth = np.where(np.arange(200) < 100, 10.0, 30.0)
    light = np.where(np.arange(200) < 100, 1.0, 1e-6)
    assert Interval.of(forecast, truth, light).around(np.array([10.0]))[1][0] < 10.1
    assert Interval.of(forecast, truth, np.ones(200)).around(np.array([10.0]))[1][0] > 29.9
