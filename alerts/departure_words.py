"""How a departure is told: how far, from what in which surroundings, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from devices.catalogue.appliance_type import ApplianceType, Kind, Metric
from models.reasons.departure import Departure

WITHOUT_SHARE = frozenset({"", "%", "°C", "°F", "pH"})
"""Units in which half as much means nothing, or is not what a percentage would say."""
MOST_SHARE = 3.0
"""A departure of more than so many times what was expected is told in units."""
MOST_CONTEXT = 3
IN_DAYS_FROM = timedelta(hours=48)


def tell(seen: Departure, until: datetime, description: ApplianceType, language: str) -> str:
    """Say the departure in one sentence; the name of a metric that is known no more has to do."""
    metric = description.metrics.get(seen.metric)
    if metric is None:
        return seen.metric
    chinese = language.lower().startswith("zh")
    title = metric.title.language(language)
    observed = quantity(seen.observed, metric.unit)
    expected = quantity(seen.expected, metric.unit)
    around = _around(seen, metric, description, language)
    lasting = told_length(until - seen.since, chinese=chinese)
    far = how_far(seen, metric, language)
    if chinese:
        side = "高" if seen.observed >= seen.expected else "低"
        given = f"在{'、'.join(around)}时应有的" if around else "平时的"
        return f"{title}为 {observed}，比{given} {expected} {side} {far}，已持续 {lasting}"
    side = "above" if seen.observed >= seen.expected else "below"
    given = f"the {expected} that {listed(around)} {_explain(around)}"
    given = given if around else f"its usual {expected}"
    return f"{title} is {observed}, {far} {side} {given}, for {lasting}"


def how_far(seen: Departure, metric: Metric, language: str) -> str:
    """Give the distance: a percentage where the metric has a natural zero, else in its unit."""
    distance = abs(seen.observed - seen.expected)
    if metric.unit == "%":
        # Four per cent more of a percentage could mean two things.
        return quantity(distance, "个百分点" if language.lower().startswith("zh") else "points")
    if _has_zero(metric) and distance <= MOST_SHARE * abs(seen.expected):
        return f"{100 * distance / abs(seen.expected):.0f} %"
    return quantity(distance, metric.unit)


def quantity(value: float | None, unit: str) -> str:
    """Write a number with three significant digits and its unit."""
    if value is None:
        return "?"
    return f"{value:.{decimals(value)}f} {unit}".strip()


def decimals(value: float) -> int:
    """How many digits after the point show three significant ones."""
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 - powers of ten


def listed(words: Sequence[str]) -> str:
    """Join words that begin in the middle of an English sentence; RO and PP stay as they are."""
    lowered = [word if word[:2].isupper() else word[:1].lower() + word[1:] for word in words]
    return " and ".join([", ".join(lowered[:-1]), lowered[-1]] if len(lowered) > 1 else lowered)


def _has_zero(metric: Metric) -> bool:
    """Whether nothing is 0, so that a share of what was expected can be told."""
    floor = metric.physical.low if metric.physical else None
    return floor == 0 and metric.unit not in WITHOUT_SHARE


def _around(
    seen: Departure, metric: Metric, description: ApplianceType, language: str
) -> list[str]:
    """Name what explains the metric, with its values: gauges, for on and off means little."""
    told = []
    for name in metric.context:
        other = description.metrics[name]
        if name in seen.context and other.kind is Kind.GAUGE:
            value = quantity(seen.context[name], other.unit)
            told.append(f"{other.title.language(language)} {value}")
    return told[:MOST_CONTEXT]


def _explain(around: Sequence[str]) -> str:
    return "explains" if len(around) == 1 else "explain"


def told_length(length: timedelta, *, chinese: bool) -> str:
    """How long something goes on: in hours, and from two days on in days."""
    if length >= IN_DAYS_FROM:
        days = round(length / timedelta(days=1))
        return f"{days} 天" if chinese else f"{days} days"
    hours = max(round(length / timedelta(hours=1)), 1)
    if chinese:
        return f"{hours} 小时"
    return "1 hour" if hours == 1 else f"{hours} hours"
