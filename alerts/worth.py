"""Whether a visit is worth it, and who gets the few there are: decisions under a budget. Pure.

A visit that finds the fault saves what the failure would cost; one that does not is lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from devices.catalogue.appliance_type import Severity

Why = Literal["worth_it", "not_worth_it", "no_visit_free"]

WEIGHTS = {Severity.LOW: 0.25, Severity.MEDIUM: 0.6, Severity.HIGH: 1.0, Severity.CRITICAL: 2.0}
"""What a failure costs by its severity, as a share of one of high severity."""


@dataclass(frozen=True)
class Budget:
    """What a region can spend; costs in its own currency."""

    enforced: bool = False
    """Whether findings may be held back at all."""
    visit_cost: float = 80.0
    failure_cost: float = 600.0
    """Of a failure of high severity that nobody prevents."""
    warranty_months: int = 24
    goodwill: float = 0.3
    """The share of a failure's cost that is ours once the warranty is over."""
    visits_a_day: int | None = None
    """None for as many as are worth it."""
    bias: float = 1.0
    """How much more a failure weighs than it costs: above 1 more tickets are opened."""


@dataclass(frozen=True)
class Case:
    """A finding for which somebody may be sent."""

    probability: float
    """Of a fault that a visit would confirm."""
    severity: Severity
    safety: bool = False
    age_months: float | None = None
    """Of the appliance; one of unknown age counts as in warranty."""


@dataclass(frozen=True)
class Decision:
    """What becomes of a case, and what its visit is expected to save."""

    why: Why
    gain: float

    @property
    def opens(self) -> bool:
        """Whether a ticket is opened."""
        return self.why == "worth_it"


def in_warranty(case: Case, budget: Budget) -> bool:
    """Whether all costs are ours."""
    return case.age_months is None or case.age_months < budget.warranty_months


def visit_cost(case: Case, budget: Budget) -> float:
    """What the visit costs us: out of warranty the customer pays where a fault is found."""
    return budget.visit_cost * (1.0 if in_warranty(case, budget) else 1.0 - case.probability)


def failure_cost(case: Case, budget: Budget) -> float:
    """What the failure would cost us."""
    ours = 1.0 if in_warranty(case, budget) else budget.goodwill
    return budget.failure_cost * WEIGHTS[case.severity] * ours


def gain(case: Case, budget: Budget) -> float:
    """What a visit is expected to save; without bound where people may be hurt."""
    if case.safety:
        return math.inf
    saved = budget.bias * case.probability * failure_cost(case, budget)
    return saved - visit_cost(case, budget)


def least_probability(budget: Budget) -> float:
    """From which probability on a visit is worth it, for a case of high severity in warranty."""
    worth = budget.bias * budget.failure_cost
    return min(budget.visit_cost / worth, 1.0) if worth > 0 else 1.0


def decide(cases: Sequence[Case], budget: Budget, given: int = 0) -> list[Decision]:
    """Decide cases of one region and day in which `given` visits have been given already.

    Safety always opens, and takes a visit; of the others those that save most go first.
    """
    gains = [gain(case, budget) for case in cases]
    if not budget.enforced:
        return [Decision("worth_it", each) for each in gains]
    found: dict[int, Decision] = {}
    free = math.inf if budget.visits_a_day is None else budget.visits_a_day - given
    for at in sorted(range(len(cases)), key=lambda at: (-gains[at], at)):
        found[at] = Decision(_why(cases[at], gains[at], free), gains[at])
        free -= found[at].opens
    return [found[at] for at in range(len(cases))]


def _why(case: Case, saved: float, free: float) -> Why:
    if case.safety:
        return "worth_it"
    if saved <= 0:
        return "not_worth_it"
    return "worth_it" if free >= 1 else "no_visit_free"
