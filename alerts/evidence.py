"""What was seen and what was expected: kept as data, told as a sentence in either language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Literal

import msgspec

from alerts import departure_words
from alerts.departure_words import decimals, quantity
from alerts.rule import Turn
from devices.catalogue.appliance_type import ApplianceType
from models.reasons.departure import Departure

__all__ = ["Evidence", "Kind", "decimals", "sentence"]

Kind = Literal["alarm", "code", "silence", "anomaly", "forecast"]

LEAST_LEAD = timedelta(days=1)
LONGEST_BEFORE = timedelta(days=21)
BAND = 3.0
"""Spreads on either side of what is expected that count as ordinary."""
SUREST = 99.0
"""Per cent: no forecast is certain, however it is rounded."""


@dataclass(frozen=True)
class Evidence:
    """Why a signal turned; fields that do not apply to its kind are None."""

    kind: Kind
    source: str
    """The rule in words, or the model's family and version."""
    since: datetime
    """When it began: of an anomaly, when its score rose."""
    until: datetime
    metric: str | None = None
    observed: float | None = None
    expected: float | None = None
    low: float | None = None
    """Lower end of what counts as normal."""
    high: float | None = None
    """Upper end of what counts as normal."""
    code: str | None = None
    model_id: int | None = None
    excess: float | None = None
    """An anomaly's score as a multiple of its threshold."""
    probability: float | None = None
    """Of a failure within the horizon, as a forecast says."""
    horizon_h: float | None = None
    moved: tuple[Departure, ...] = ()
    """The few metrics that moved it, the finding's own first."""
    departures: dict[str, float] = field(default_factory=dict)
    """Of each watched metric in spreads, signed: what past cases are compared by."""

    @classmethod
    def of_turn(
        cls,
        kind: Kind,
        source: str,
        turn: Turn,
        moved: Sequence[Departure],
        first: Departure | None,
    ) -> Evidence:
        """What a model saw when its signal turned; `first` is the departure that is told first."""
        since = min([turn.since, *(each.since for each in moved)])
        told = cls(kind, source, since, turn.at, moved=tuple(moved))
        if first is None:
            return told
        around = BAND * first.spread
        return replace(
            told,
            since=min(since, first.since),
            metric=first.metric,
            observed=first.observed,
            expected=first.expected,
            low=first.expected - around if isfinite(around) else None,
            high=first.expected + around if isfinite(around) else None,
        )

    def encode(self) -> str:
        """As JSON for the database."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def decode(cls, fields: object) -> Evidence:
        """From what the database's JSON gave."""
        return msgspec.convert(fields, cls)


def plot_from(seen: Evidence) -> datetime:
    """From when to show what was seen: a little before it began, and never less than a day."""
    lead = max((seen.until - seen.since) / 3, LEAST_LEAD)
    return max(seen.since - lead, seen.until - LONGEST_BEFORE)


def sentence(evidence: Evidence, description: ApplianceType, language: str) -> str:
    """The evidence in one sentence, with units.

    Where the catalogue no longer has the metric or the code, its source has to do.
    """
    chinese = language.lower().startswith("zh")
    if evidence.kind == "code":
        return _code(evidence, description, language, chinese=chinese)
    if evidence.kind == "silence":
        lasting = departure_words.told_length(evidence.until - evidence.since, chinese=chinese)
        return f"已连续 {lasting}没有收到数据" if chinese else f"Nothing was heard for {lasting}"
    if evidence.kind == "forecast":
        return _forecast(evidence, description, language, chinese=chinese)
    return _departure(evidence, description, language, chinese=chinese)


def _code(evidence: Evidence, description: ApplianceType, language: str, *, chinese: bool) -> str:
    fault = description.fault_codes.get(evidence.code or "")
    if fault is None:
        return evidence.source
    title = fault.title.language(language)
    if chinese:
        return f"设备显示故障代码 {evidence.code}：{title}"
    return f"The appliance shows code {evidence.code}: {title}"


def _forecast(
    evidence: Evidence, description: ApplianceType, language: str, *, chinese: bool
) -> str:
    """What is to be expected, and what speaks for it most; `moved` tells the rest."""
    days = (evidence.horizon_h or 0.0) / 24
    share = min(100 * (evidence.probability or 0.0), SUREST)
    told = f"{days:.0f} 天内发生故障的概率为 {share:.0f} %"
    if not chinese:
        within = f"{days:.0f} days" if days >= 2 else f"{days * 24:.0f} hours"  # noqa: PLR2004 - a plural
        told = f"The chance of a failure within {within} is {share:.0f} %"
    known = [each for each in evidence.moved[:1] if each.metric in description.metrics]
    reasons = [departure_words.tell(each, evidence.until, description, language) for each in known]
    fault = description.fault_codes.get(evidence.code or "")
    if fault is not None:
        code, title = evidence.code, fault.title.language(language)
        told_by = (
            f"曾报故障代码 {code}（{title}）" if chinese else f"it reported code {code} ({title})"
        )
        reasons.append(told_by)
    if chinese:
        return "：".join([told, *(["；".join(reasons)] if reasons else [])])
    return ": ".join([told, *(["; ".join(reasons)] if reasons else [])])


def _departure(
    evidence: Evidence, description: ApplianceType, language: str, *, chinese: bool
) -> str:
    metric = description.metrics.get(evidence.metric or "")
    if metric is None:
        return evidence.source
    if evidence.moved:
        return departure_words.tell(evidence.moved[0], evidence.until, description, language)
    title = metric.title.language(language)
    observed = quantity(evidence.observed, metric.unit)
    hours = max((evidence.until - evidence.since).total_seconds() / 3600, 0.0)
    if evidence.kind == "alarm":
        above = evidence.high is not None
        bound = quantity(evidence.high if above else evidence.low, metric.unit)
        if chinese:
            side = "高于" if above else "低于"
            return f"{title}为 {observed}，{side}限值 {bound}，已持续 {hours:.1f} 小时"
        side = "above" if above else "below"
        return f"{title} is {observed}, {side} {bound}, for {hours:.1f} hours"
    expected = quantity(evidence.expected, metric.unit)
    context = [description.metrics[name].title.language(language) for name in metric.context]
    if chinese:
        usual = f"根据{'、'.join(context)}，正常应约为 {expected}"
        return f"{title}为 {observed}；{usual}，已持续 {hours:.0f} 小时"
    usual = f"{departure_words.listed(context)} would explain {expected}"
    return f"{title} is {observed} where {usual}, for {hours:.0f} hours"
