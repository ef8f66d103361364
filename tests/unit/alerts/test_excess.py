"""Two rates are held against each other without false alarm from few cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alerts import excess
from models.arrays import Floats


def _one(value: float) -> Floats:
    return np.array([value], dtype=np.float64)


def test_as_many_as_elsewhere_is_no_surprise() -> None:
    assert excess.chance(_one(10), _one(100), _one(10), _one(100))[0] == pytest.approx(0.5)


def test_more_than_elsewhere_is_as_likely_as_the_binomial_says() -> None:
    # A sixth of the exposure is here, so that each of the 22 cases falls here by one in six.
    terms = [math.comb(22, k) * 5 ** (22 - k) / 6**22 for k in range(23)]
    exact = sum(terms[13:]) + terms[12] / 2
    found = excess.chance(_one(12), _one(20), _one(10), _one(100))[0]
    assert found == pytest.approx(exact, rel=1e-6)


def test_no_exposure_anywhere_says_nothing() -> None:
    assert excess.chance(_one(0), _one(0), _one(0), _one(0))[0] == pytest.approx(0.5)


def test_the_interval_of_a_ratio_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    truth, held = 3.0, 0
    for here, there in zip(rng.poisson(truth * 8, 2000), rng.poisson(40, 2000), strict=True):
        found = excess.ratio(float(here), 8, float(there), 40)
        held += found.low <= truth <= found.high
    assert 0.93 <= held / 2000 <= 0.97


def test_without_a_case_a_ratio_may_be_nothing() -> None:
    found = excess.ratio(0, 10, 5, 100)
    assert found.low == 0
    assert found.high > found.value > 0


def test_as_many_come_as_came() -> None:
    found = excess.coming(20, 100, 100)
    assert found.expected == pytest.approx(20.5)
    assert found.low < 20 < found.high
    assert excess.coming(20, 100, 0) == excess.Coming(0.0, 0, 0)


def test_what_was_tried_and_hopeless_counts_too() -> None:
    chances = np.array([0.03, 0.0001, 0.004])
    assert excess.adjusted(chances, 3).tolist() == pytest.approx([0.03, 0.0003, 0.006])
    assert excess.adjusted(chances, 100).tolist() == pytest.approx([1.0, 0.01, 0.2])
    assert len(excess.adjusted(np.array([]), 10)) == 0
