from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alerts import trade
from alerts.worth import Budget, Case
from devices.catalogue.appliance_type import Severity

RNG = np.random.default_rng(11)
CASES = [
    Case(float(p), Severity.HIGH, safety=bool(n % 25 == 0), age_months=float(n % 50))
    for n, p in enumerate(RNG.beta(1, 3, 300))
]
BUDGET = Budget(visit_cost=80, failure_cost=600)


def test_a_larger_bias_sends_more_people_finds_less_often_and_catches_more() -> None:
    found = trade.points(CASES, BUDGET, days=30)
    visits = [each.visits_a_day for each in found]
    assert visits == sorted(visits)
    assert visits[0] < visits[-1]
    caught = [each.caught for each in found]
    precision = [each.precision for each in found]
    assert None not in caught
    assert caught == sorted(caught)  # type: ignore[type-var]
    assert precision[0] > precision[-1]  # type: ignore[operator]


def test_costs_are_least_where_a_failure_weighs_what_it_costs() -> None:
    costs = {each.bias: each.cost_a_day for each in trade.points(CASES, BUDGET, days=30)}
    assert min(costs, key=lambda bias: costs[bias]) == 1.0


def test_the_setting_that_holds_is_among_those_shown() -> None:
    moved = replace(BUDGET, bias=1.23)
    assert [each.bias for each in trade.points(CASES, moved, 30)].count(1.23) == 1
    assert len(trade.points(CASES, BUDGET, 30)) == len(trade.BIASES)


def test_one_finding_is_reckoned_by_hand() -> None:
    (case,) = [Case(0.5, Severity.HIGH)]
    sent = trade.point([case], BUDGET, days=2)
    assert (sent.visits_a_day, sent.precision, sent.caught) == (0.5, 0.5, 1.0)
    assert sent.cost_a_day == pytest.approx(80 / 2)
    left = trade.point([case], replace(BUDGET, bias=0.1), days=2)
    assert (left.visits_a_day, left.precision, left.caught) == (0.0, None, 0.0)
    assert left.cost_a_day == pytest.approx(0.5 * 600 / 2)


def test_without_findings_there_is_nothing_to_expect() -> None:
    nothing = trade.point([], BUDGET, days=1)
    assert (nothing.precision, nothing.caught, nothing.cost_a_day) == (None, None, 0)
    assert len(trade.curve([], BUDGET, 1)) == trade.FINEST
