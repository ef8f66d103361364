from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks import foretold
from simulator.scorer import Found
from simulator.truth import TrueFault, Truth

START = datetime(2025, 3, 11, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


LEAK = TrueFault("RF-1", "refrigerant_leak", ("poor_cooling",), day(2), day(8), day(20))
WORN = TrueFault("WM-1", "bearing_wear", ("spin",), day(3), day(9), day(20))
LOST = TrueFault("WM-2", "lost_connection", ("offline",), day(3), day(3.1), day(5))
TRUTH = Truth(START, day(30.44), ("RF-1", "WM-1", "WM-2", "WM-3"), (LEAK, WORN, LOST))


def told(serial: str, problem: str, at: datetime, ticket: int = 1) -> Found:
    return Found(ticket, serial, problem, at, at)


def test_a_failure_counts_as_foretold_a_day_before_and_not_an_hour_later() -> None:
    early = foretold.compare(TRUTH, [told("RF-1", "poor_cooling", day(7))], seed=1)
    late = foretold.compare(TRUTH, [told("RF-1", "poor_cooling", day(7.05))], seed=1)
    assert (early.ticketed_ahead, late.ticketed_ahead) == (1, 0)
    assert early.by_fault == {"RF refrigerant_leak": "1 of 1", "WM bearing_wear": "0 of 1"}


def test_another_problem_or_a_time_before_the_onset_foretells_nothing() -> None:
    found = [told("RF-1", "door_not_sealing", day(5)), told("WM-1", "spin", day(2), 2)]
    assert foretold.compare(TRUTH, found, seed=1).ticketed_ahead == 0


def test_nobody_is_asked_to_foretell_a_lost_connection() -> None:
    assert foretold.compare(TRUTH, [], seed=1).failures == 2


def test_false_tickets_are_counted_for_a_hundred_months_of_an_appliance() -> None:
    found = foretold.compare(TRUTH, [told("WM-3", "drain", day(4))], seed=1)
    assert found.appliance_months == 4.0
    assert found.false_tickets == 1
    assert found.false_per_100_months == 25.0
    assert found.false_by_problem == {"WM drain": 1}


def test_a_figure_says_how_far_luck_may_have_moved_it() -> None:
    """Exact intervals, as tables of the binomial and the Poisson distribution give them."""
    found = foretold.compare(
        TRUTH, [told("RF-1", "poor_cooling", day(7)), told("WM-3", "drain", day(4), 2)], seed=1
    )
    assert found.share_ahead_95 == pytest.approx((0.0126, 0.9874), abs=1e-4)
    low, high = found.false_per_100_months_95
    assert (4 * low / 100, 4 * high / 100) == pytest.approx((0.0253, 5.572), abs=1e-3)
    nothing = foretold.compare(TRUTH, [], seed=1)
    assert nothing.false_per_100_months_95[0] == nothing.share_ahead_95[0] == 0.0
