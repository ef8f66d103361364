from __future__ import annotations

import math

import numpy as np
import pytest

from models.arrays import Bools, Floats
from models.forecasters.conditions import Conditions
from models.forecasters.usage_life import RATED, Life, Lives, UsageLife


def lives(
    used: Floats, ended: Bools | None = None, entered: Floats | None = None, shift: float = 0.0
) -> Lives:
    count = len(used)
    return Lives(
        used=np.asarray(used, dtype=np.float64),
        entered=np.zeros(count) if entered is None else entered,
        ended=np.ones(count, dtype=np.bool_) if ended is None else ended,
        shift=np.full(count, shift),
    )


def true_lives(homes: int, each: int, *, between: float, within: float) -> tuple[Floats, list[str]]:
    """Lives with a middle of 0.7 of the rating, and the homes that they were in."""
    rng = np.random.default_rng(3)
    home = np.repeat(np.arange(homes), each)
    own = rng.normal(0, between, homes)[home]
    return 0.7 * np.exp(own + rng.normal(0, within, len(home))), [str(name) for name in home]


def test_what_is_rated_is_left_as_it_is_rated() -> None:
    assert RATED.left(0.4) == pytest.approx((0.6, 0.6, 0.6))
    assert RATED.left(1.2) == (0.0, 0.0, 0.0)


def test_the_longer_it_lasted_the_later_it_is_expected_to_end() -> None:
    life = Life(0.7, 0.1)
    middle, low, high = life.left(0.3)
    assert middle == pytest.approx(0.4, abs=0.001)
    assert low < middle < high
    assert 0 < life.left(0.8)[0] < 0.1
    assert life.left(0.95)[0] > 0


def test_nothing_is_told_to_last_beyond_its_rating() -> None:
    assert Life(1.4, 0.2).left(0.5)[0] == pytest.approx(0.5)
    assert Life(0.9, 0.3).left(0.5)[2] == pytest.approx(0.5)


def test_lives_teach_how_long_they_usually_last() -> None:
    used, home = true_lives(150, 2, between=0.12, within=0.08)
    found = UsageLife.of(lives(used), home)
    assert found.middle == pytest.approx(0.7, rel=0.03)
    assert found.spread == pytest.approx(math.hypot(0.12, 0.08), rel=0.15)
    assert found.alike == pytest.approx(0.12**2 / (0.12**2 + 0.08**2), abs=0.15)


def test_lives_not_seen_to_their_end_are_not_taken_for_short_ones() -> None:
    used, home = true_lives(300, 1, between=0.0, within=0.1)
    until = np.random.default_rng(5).uniform(0.2, 1.0, len(used))
    ended = used <= until
    found = UsageLife.of(lives(np.minimum(used, until), ended), home)
    assert ended.mean() < 0.6
    assert found.middle == pytest.approx(0.7, rel=0.04)


def test_lives_that_were_old_when_first_seen_are_not_taken_for_usual_ones() -> None:
    used, home = true_lives(2000, 1, between=0.0, within=0.2)
    entered = np.random.default_rng(6).uniform(0.0, 1.0, len(used))
    seen = entered < used
    chosen = lives(used[seen], entered=entered[seen])
    found = UsageLife.of(chosen, [name for name, is_in in zip(home, seen, strict=True) if is_in])
    assert used[seen].mean() > 1.03 * used.mean()
    assert found.middle == pytest.approx(0.7, rel=0.03)


def test_lives_that_all_came_to_their_rating_leave_it() -> None:
    found = UsageLife.of(lives(np.ones(40)), [str(home) for home in range(40)])
    assert found.of_home("none").left(0.5)[0] == pytest.approx(0.5)


def test_a_home_with_short_lives_is_told_of_short_ones() -> None:
    used, home = true_lives(60, 3, between=0.2, within=0.05)
    found = UsageLife.of(lives(used), home)
    shortest = int(np.argmin(used.reshape(-1, 3).mean(axis=1)))
    own = found.of_home(str(shortest))
    assert own.middle < 0.8 * found.of_home("none").middle
    assert own.middle == pytest.approx(used.reshape(-1, 3)[shortest].mean(), rel=0.1)
    assert own.spread < found.of_home("none").spread


def test_what_a_home_had_before_counts_like_what_is_remembered_of_it() -> None:
    used, home = true_lives(60, 3, between=0.2, within=0.05)
    found = UsageLife.of(lives(used), home)
    assert found.after(lives(used[:3])).middle == pytest.approx(found.of_home("0").middle)
    assert found.after(lives(used[:0])) == found.of_home("none")


def test_hard_water_is_learned_to_shorten_lives() -> None:
    rng = np.random.default_rng(8)
    hardness = rng.normal(12, 4, 80)
    departures = -0.03 * (hardness - 12) + rng.normal(0, 0.05, 80)
    values = np.column_stack((hardness, np.full(80, 7.0), np.full(80, np.nan)))
    home = [str(name) for name in range(80)]
    found = Conditions.of(values, departures, np.ones(80), home)
    assert found is not None
    asked = np.array([[16.0, 7.0, np.nan], [8.0, 7.0, np.nan], [np.nan] * 3, [400.0, 1.0, 2.0]])
    hard, soft, unknown, absurd = found.shift(asked)
    assert hard == pytest.approx(-0.12, abs=0.03)
    assert soft == pytest.approx(0.12, abs=0.03)
    assert unknown == 0
    assert absurd >= -0.5


def test_few_homes_teach_nothing_of_conditions() -> None:
    values, home = np.arange(12.0)[:, None], [str(name) for name in range(12)]
    assert Conditions.of(values, -values[:, 0], np.ones(12), home) is None
