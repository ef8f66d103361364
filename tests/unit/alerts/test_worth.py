"""Decisions under a budget, over many drawn cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from alerts import worth
from alerts.worth import Budget, Case
from devices.catalogue.appliance_type import Severity

ENFORCED = Budget(enforced=True)
SEVERITIES = list(Severity)


def _draws(seed: int, count: int = 200) -> Iterator[tuple[list[Case], Budget, int]]:
    rng = np.random.default_rng(seed)
    for _ in range(count):
        cases = [
            Case(
                probability=float(rng.uniform()),
                severity=SEVERITIES[rng.integers(4)],
                safety=bool(rng.uniform() < 0.1),
                age_months=None if rng.uniform() < 0.3 else float(rng.uniform(0, 60)),
            )
            for _ in range(rng.integers(0, 12))
        ]
        budget = Budget(
            enforced=True,
            visit_cost=float(rng.uniform(0, 200)),
            failure_cost=float(rng.uniform(0, 2000)),
            goodwill=float(rng.uniform()),
            visits_a_day=None if rng.uniform() < 0.3 else int(rng.integers(0, 8)),
            bias=float(rng.uniform(0.1, 4)),
        )
        yield cases, budget, int(rng.integers(0, 5))


def test_safety_always_gets_a_visit() -> None:
    for cases, budget, given in _draws(1):
        decided = worth.decide(cases, budget, given)
        assert all(each.opens for case, each in zip(cases, decided, strict=True) if case.safety)


def test_no_more_visits_are_given_than_are_free_but_for_safety() -> None:
    for cases, budget, given in _draws(2):
        decided = worth.decide(cases, budget, given)
        opened = [case for case, each in zip(cases, decided, strict=True) if each.opens]
        if budget.visits_a_day is not None and any(not case.safety for case in opened):
            assert len(opened) + given <= budget.visits_a_day


def test_whoever_waits_for_a_visit_would_have_saved_less_than_whoever_got_one() -> None:
    waited = 0
    for cases, budget, given in _draws(3):
        decided = worth.decide(cases, budget, given)
        least = min((each.gain for each in decided if each.opens), default=np.inf)
        for each in decided:
            if each.why == "no_visit_free":
                waited += 1
                assert 0 < each.gain <= least
    assert waited > 50


def test_a_visit_is_given_up_for_want_of_worth_only_where_it_saves_nothing() -> None:
    for cases, budget, given in _draws(4):
        for case, each in zip(cases, worth.decide(cases, budget, given), strict=True):
            assert (each.why == "not_worth_it") is (worth.gain(case, budget) <= 0)


def test_a_likelier_fault_a_dearer_failure_and_a_larger_bias_never_close_a_ticket() -> None:
    for cases, budget, _ in _draws(5, 60):
        dearer = replace(budget, failure_cost=budget.failure_cost * 1.5)
        braver = replace(budget, bias=budget.bias * 1.5)
        for case in cases:
            before = worth.gain(case, budget)
            likelier = replace(case, probability=min(case.probability + 0.2, 1.0))
            assert worth.gain(likelier, budget) >= before
            assert worth.gain(case, dearer) >= before
            assert worth.gain(case, braver) >= before


def test_a_budget_that_is_not_enforced_opens_everything() -> None:
    for cases, budget, given in _draws(6, 50):
        decided = worth.decide(cases, replace(budget, enforced=False), given)
        assert all(each.opens for each in decided)


def test_the_least_probability_is_where_the_gain_turns() -> None:
    for _, budget, _ in _draws(7, 100):
        least = worth.least_probability(budget)
        if least < 0.99:
            assert worth.gain(Case(least + 0.001, Severity.HIGH), budget) > 0
        assert worth.gain(Case(max(least - 0.001, 0), Severity.HIGH), budget) <= 0


def test_out_of_warranty_the_customer_pays_a_visit_that_finds_the_fault() -> None:
    old = Case(1.0, Severity.HIGH, age_months=30)
    assert worth.visit_cost(old, ENFORCED) == 0
    assert worth.failure_cost(old, ENFORCED) == pytest.approx(0.3 * 600)
    young = replace(old, age_months=3)
    assert worth.visit_cost(young, ENFORCED) == 80
    assert worth.failure_cost(young, ENFORCED) == 600


def test_an_appliance_of_unknown_age_counts_as_in_warranty() -> None:
    assert worth.in_warranty(Case(0.5, Severity.LOW), ENFORCED)
    assert not worth.in_warranty(Case(0.5, Severity.LOW, age_months=24), ENFORCED)


def test_where_a_failure_costs_nothing_no_probability_is_worth_a_visit() -> None:
    assert worth.least_probability(replace(ENFORCED, failure_cost=0)) == 1.0
