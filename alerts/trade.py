"""What other settings would have meant for past findings: precision, visits and cost. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alerts import worth
from alerts.worth import Budget, Case

BIASES = (0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0)
"""Settings that the page offers; 1 is what the costs say."""
FINEST = 41
"""Points of the drawn curve."""


@dataclass(frozen=True)
class Point:
    """What one setting of the bias is expected to bring."""

    bias: float
    threshold: float
    """From which probability on a high-severity case in warranty gets a visit."""
    visits_a_day: float
    precision: float | None
    """Share of visits that find the fault; None without visits."""
    caught: float | None
    """Share of failures that a visit forestalls; None where none is expected."""
    cost_a_day: float
    """Of visits, and of failures that nobody went to, as they truly cost."""


def points(cases: Sequence[Case], budget: Budget, days: float) -> list[Point]:
    """Give a row for each bias that the page offers, and for the one that is set."""
    chosen = sorted({*BIASES, budget.bias})
    return [point(cases, replace(budget, bias=bias), days) for bias in chosen]


def curve(cases: Sequence[Case], budget: Budget, days: float) -> list[Point]:
    """Give points close enough to draw a line through."""
    biases = np.geomspace(min(BIASES), max(BIASES), FINEST)
    return [point(cases, replace(budget, bias=float(bias)), days) for bias in biases]


def point(cases: Sequence[Case], budget: Budget, days: float) -> Point:
    """Judge all cases by one setting, as if every visit that is worth it were free."""
    sent = [case for case in cases if worth.gain(case, budget) > 0]
    left = [case for case in cases if worth.gain(case, budget) <= 0]
    found = math.fsum(case.probability for case in sent)
    missed = math.fsum(case.probability for case in left)
    cost = math.fsum(worth.visit_cost(case, budget) for case in sent)
    cost += math.fsum(case.probability * worth.failure_cost(case, budget) for case in left)
    return Point(
        bias=budget.bias,
        threshold=worth.least_probability(budget),
        visits_a_day=len(sent) / days,
        precision=found / len(sent) if sent else None,
        caught=found / (found + missed) if found + missed > 0 else None,
        cost_a_day=cost / days,
    )
