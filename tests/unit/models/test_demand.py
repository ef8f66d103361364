"""How many will be needed: right on average, and the interval holds four times out of five."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from models import demand
from models.arrays import Floats
from models.demand import Need, Stream

WEDNESDAY_NOON = datetime(2026, 6, 17, 12, tzinfo=UTC)
ENDS = demand.edges(WEDNESDAY_NOON)


def test_the_first_week_is_what_is_left_of_this_one() -> None:
    assert demand.mondays(WEDNESDAY_NOON)[:2] == [date(2026, 6, 15), date(2026, 6, 22)]
    assert ENDS[:3].tolist() == [0, 4.5, 11.5]
    assert len(ENDS) == demand.WEEKS + 1


def test_a_sum_of_equal_chances_is_binomial() -> None:
    assert demand.total(np.full(100, 0.3)) == Need(pytest.approx(30), 25, 35)


def test_nothing_to_come_needs_nothing() -> None:
    assert demand.total(np.zeros(0)) == Need(0.0, 0, 0)
    assert demand.total(np.zeros(50)) == Need(0.0, 0, 0)


def test_many_chances_cost_no_precision() -> None:
    chances = np.random.default_rng(1).random(50_000) / 10
    need = demand.total(chances)
    spread = 1.2816 * np.sqrt((chances * (1 - chances)).sum())
    assert need.expected == pytest.approx(chances.sum(), rel=1e-9)
    assert need.low == pytest.approx(need.expected - spread, abs=2)
    assert need.high == pytest.approx(need.expected + spread, abs=2)


def test_a_stream_known_from_little_is_less_sure() -> None:
    known, guessed = (demand.total(np.zeros(0), [Stream(seen, 20.0)]) for seen in (2000.0, 4.0))
    assert known.expected == guessed.expected == 20
    assert guessed.high - guessed.low > 2 * (known.high - known.low)


def test_what_is_spent_is_due_now_by_a_stated_share() -> None:
    spent = np.zeros(1)
    first = demand.first_replacements(spent, spent, spent, spent, ENDS)[0]
    assert first[0] == pytest.approx(1 - 0.5 ** (4.5 / 7))
    assert first.sum() == pytest.approx(1, abs=0.01)
    assert (np.diff(first[1:]) < 0).all()


def test_what_should_be_spent_by_now_counts_like_it() -> None:
    days = np.array([5.0])
    late = demand.first_replacements(days, days * 0.8, days / 0.8, np.array([300.0]), ENDS)
    assert late[0].tolist() == pytest.approx(demand.done_by_week(ENDS).tolist())


def test_a_short_life_comes_round_again() -> None:
    first = np.zeros((1, demand.WEEKS))
    first[0, 0] = 1.0
    again = demand.with_renewals(first, 14.0, 0.05)[0]
    assert again[2] == pytest.approx(1, abs=0.02)
    assert again[1] == pytest.approx(0, abs=0.02)
    assert again[4] == pytest.approx(1, abs=0.05)


def _lives(rng: np.random.Generator, median: Floats, spread: Floats) -> Floats:
    return np.asarray(median * np.exp(spread * rng.standard_normal(len(median))))


def test_four_weeks_out_of_five_are_within_the_interval() -> None:
    rng = np.random.default_rng(12)
    held, expected, happened = [], 0.0, 0.0
    for _ in range(120):
        devices = int(rng.integers(40, 300))
        median, spread = rng.uniform(3, 120, devices), rng.uniform(0.1, 0.5, devices)
        factor = np.exp(1.2816 * spread)
        first = demand.first_replacements(
            median, median / factor, median * factor, np.zeros(devices), ENDS
        )
        chances = demand.with_renewals(first, 30.0, 0.2)
        at, counts = _lives(rng, median, spread), np.zeros(demand.WEEKS)
        for _ in range(6):
            counts += np.histogram(at, ENDS)[0]
            at = at + _lives(rng, np.full(devices, 30.0), np.full(devices, 0.2))
        needs = [demand.total(chances[:, week]) for week in range(demand.WEEKS)]
        held += [need.low <= seen <= need.high for need, seen in zip(needs, counts, strict=True)]
        expected += sum(need.expected for need in needs)
        happened += counts.sum()
    assert 0.72 <= np.mean(held) <= 0.88
    assert happened == pytest.approx(expected, rel=0.02)
