"""The population stability index: none for the same, more for more, and honest with few values."""

from __future__ import annotations

import numpy as np
import pytest

from models import stability

RNG = np.random.default_rng(8)
THEN = RNG.normal(40, 5, 4000)


def moved(now: np.ndarray, then: np.ndarray = THEN) -> float:  # type: ignore[type-arg]
    found = stability.index(then, now)
    assert found is not None
    return found


def test_values_that_stand_where_they_stood_are_stable() -> None:
    assert moved(RNG.normal(40, 5, 3000)) < 0.02
    assert stability.level(moved(THEN)) == "stable"


def test_a_hand_worked_case() -> None:
    then, now = np.repeat([0.0, 1.0], [800, 200]), np.repeat([0.0, 1.0], [500, 500])
    expected = (0.5 - 0.8) * np.log(0.5 / 0.8) + (0.5 - 0.2) * np.log(0.5 / 0.2)
    assert moved(now, then) == pytest.approx(expected, rel=0.02)


def test_the_further_values_move_the_greater_the_index() -> None:
    found = [moved(RNG.normal(40 + shift, 5, 3000)) for shift in (0, 2, 5, 10)]
    assert found == sorted(found)
    assert [stability.level(each) for each in found] == ["stable", "moderate", "major", "major"]


@pytest.mark.parametrize("now", [39.0, 41.0, np.nan], ids=["below", "above", "missing"])
def test_a_constant_that_changes_or_goes_missing_is_seen(now: float) -> None:
    assert moved(np.full(500, now), np.full(500, 40.0)) > stability.MAJOR
    assert moved(np.full(500, 40.0), np.full(500, 40.0)) == 0


def test_a_metric_that_was_never_known_and_now_is_has_moved() -> None:
    assert moved(np.ones(500), np.full(500, np.nan)) > stability.MAJOR


def test_a_wilder_metric_has_moved_though_its_mean_has_not() -> None:
    assert moved(RNG.normal(40, 15, 3000)) > stability.MAJOR


@pytest.mark.parametrize(("then", "now"), [(199, 500), (500, 199), (0, 500), (500, 0)])
def test_too_few_values_say_nothing(then: int, now: int) -> None:
    assert stability.index(THEN[:then], THEN[:now]) is None
