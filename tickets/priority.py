"""What comes first: urgency times entitlement, with the reasons for both. Pure.

Urgency adds up to 100 points from what is at stake and how soon. Entitlement multiplies them by 1
to 1.5 from who waits. A danger to people is worth more than any of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

SAFETY = 1000.0
"""More than everything else together can be: a danger comes before all that is none."""
MOST_URGENCY = 100.0
SEVERITIES = {"low": 10.0, "medium": 25.0, "high": 40.0, "critical": 55.0}
FORECAST = 30.0
"""Points of a failure that is certain and near."""
HALF_AS_NEAR = timedelta(days=3)
"""A failure so far away is half as urgent as one that is now."""
AT_STAKE = {"food": 15.0, "water": 15.0}
VULNERABLE = 15.0
BREACHED = 15.0
REOPENED = 10.0
A_CONTACT = 5.0
MOST_CONTACTS = 3
A_DAY_WAITED = 4.0
MOST_WAITING = 20.0
TIERS = {"silver": 0.05, "gold": 0.1, "platinum": 0.2}
MOST_VALUE = 0.15
"""Share of a household with a value score of 100."""
COVERS = {"warranty": 0.1, "plan": 0.15}

Kind = Literal[
    "safety",
    "severity",
    "forecast",
    "food",
    "water",
    "vulnerable",
    "breached",
    "reopened",
    "contacts",
    "waiting",
    "tier",
    "value",
    "warranty",
    "plan",
]


@dataclass(frozen=True)
class Case:
    """What is known of a ticket that waits."""

    severity: str
    safety: bool = False
    at_stake: str | None = None
    """`food` or `water`."""
    probability: float | None = None
    """Of a failure within `within`, as the newest forecast says."""
    within: timedelta | None = None
    vulnerable: bool = False
    breached: bool = False
    """A promised time has passed."""
    reopened: bool = False
    contacts: int = 0
    """How often the customer got in touch about it."""
    waited: timedelta = timedelta()
    tier: str | None = None
    value_score: float | None = None
    """0 to 100."""
    cover: str | None = None
    """`plan` or `warranty`, whichever gives more."""


@dataclass(frozen=True)
class Reason:
    """One part of a priority: points of urgency, or a share on top for who waits."""

    kind: Kind
    points: float = 0.0
    share: float = 0.0
    fact: str | float | None = None
    """What it rests on: a severity, a tier, a number of days or of contacts, a score."""
    days: float | None = None
    """Of a forecast: how far it looks."""


@dataclass(frozen=True)
class Priority:
    """A figure to sort by, and why it is what it is."""

    value: float
    reasons: tuple[Reason, ...]


def weigh(case: Case) -> Priority:
    """Weigh a case."""
    urgency, entitlement = tuple(_urgency(case)), tuple(_entitlement(case))
    points = min(sum(each.points for each in urgency), MOST_URGENCY)
    value = points * (1 + sum(each.share for each in entitlement))
    danger = (Reason("safety", SAFETY),) if case.safety else ()
    return Priority(
        round(value + (SAFETY if case.safety else 0.0), 1), (*danger, *urgency, *entitlement)
    )


def _urgency(case: Case) -> Iterator[Reason]:
    yield Reason("severity", SEVERITIES[case.severity], fact=case.severity)
    if case.probability is not None and case.within is not None:
        yield _forecast(case.probability, case.within)
    if case.at_stake == "food":
        yield Reason("food", AT_STAKE["food"])
    if case.at_stake == "water":
        yield Reason("water", AT_STAKE["water"])
    if case.vulnerable:
        yield Reason("vulnerable", VULNERABLE)
    if case.breached:
        yield Reason("breached", BREACHED)
    if case.reopened:
        yield Reason("reopened", REOPENED)
    if case.contacts > 0:
        counted = min(case.contacts, MOST_CONTACTS)
        yield Reason("contacts", A_CONTACT * counted, fact=case.contacts)
    days = max(case.waited / timedelta(days=1), 0.0)
    if days >= 1:
        yield Reason("waiting", _rounded(min(A_DAY_WAITED * days, MOST_WAITING)), fact=int(days))


def _forecast(probability: float, within: timedelta) -> Reason:
    days = max(within / timedelta(days=1), 0.0)
    nearness = 1 / (1 + days * timedelta(days=1) / HALF_AS_NEAR)
    points = FORECAST * min(max(probability, 0.0), 1.0) * nearness
    return Reason("forecast", _rounded(points), fact=_rounded(100 * probability), days=days)


def _entitlement(case: Case) -> Iterator[Reason]:
    if case.tier in TIERS:
        yield Reason("tier", share=TIERS[case.tier], fact=case.tier)
    if case.value_score is not None:
        share = MOST_VALUE * min(max(case.value_score, 0.0), 100.0) / 100
        yield Reason("value", share=round(share, 3), fact=_rounded(case.value_score))
    if case.cover == "plan":
        yield Reason("plan", share=COVERS["plan"])
    if case.cover == "warranty":
        yield Reason("warranty", share=COVERS["warranty"])


def _rounded(figure: float) -> float:
    return round(figure, 1)
