"""What was seen and what was expected: kept as data, told as a sentence in either language."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import msgspec

from devices.catalogue.appliance_type import ApplianceType

Kind = Literal["alarm", "code", "silence", "anomaly"]


@dataclass(frozen=True)
class Evidence:
    """Why a signal turned; fields that do not apply to its kind are None."""

    kind: Kind
    source: str
    """The rule in words, or the model's family and version."""
    since: datetime
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

    def encode(self) -> str:
        """As JSON for the database."""
        return msgspec.json.encode(asdict(self)).decode()

    @classmethod
    def decode(cls, fields: object) -> Evidence:
        """From what the database's JSON gave."""
        return msgspec.convert(fields, cls)


def sentence(evidence: Evidence, description: ApplianceType, language: str) -> str:
    """The evidence in one sentence, with units.

    Where the catalogue no longer has the metric or the code, its source has to do.
    """
    chinese = language.lower().startswith("zh")
    if evidence.kind == "code":
        fault = description.fault_codes.get(evidence.code or "")
        if fault is None:
            return evidence.source
        title = fault.title.language(language)
        if chinese:
            return f"设备显示故障代码 {evidence.code}：{title}"
        return f"The appliance shows code {evidence.code}: {title}"
    if evidence.kind == "silence":
        hours = (evidence.until - evidence.since).total_seconds() / 3600
        if chinese:
            return f"已连续 {hours:.0f} 小时没有收到数据"
        return f"Nothing was heard for {hours:.0f} hours"
    return _departure(evidence, description, language, chinese=chinese)


def _departure(
    evidence: Evidence, description: ApplianceType, language: str, *, chinese: bool
) -> str:
    metric = description.metrics.get(evidence.metric or "")
    if metric is None:
        return evidence.source
    title = metric.title.language(language)
    observed = _quantity(evidence.observed, metric.unit)
    hours = max((evidence.until - evidence.since).total_seconds() / 3600, 0.0)
    if evidence.kind == "alarm":
        above = evidence.high is not None
        bound = _quantity(evidence.high if above else evidence.low, metric.unit)
        if chinese:
            side = "高于" if above else "低于"
            return f"{title}为 {observed}，{side}限值 {bound}，已持续 {hours:.1f} 小时"
        side = "above" if above else "below"
        return f"{title} is {observed}, {side} {bound}, for {hours:.1f} hours"
    expected = _quantity(evidence.expected, metric.unit)
    context = [description.metrics[name].title.language(language) for name in metric.context]
    if chinese:
        usual = f"根据{'、'.join(context)}，正常应约为 {expected}"
        return f"{title}为 {observed}；{usual}，已持续 {hours:.0f} 小时"
    usual = f"{_listed(context)} would explain {expected}"
    return f"{title} is {observed} where {usual}, for {hours:.0f} hours"


def _quantity(value: float | None, unit: str) -> str:
    if value is None:
        return "?"
    return f"{value:.{decimals(value)}f} {unit}".strip()


def decimals(value: float) -> int:
    """How many digits after the point show three significant ones."""
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 - powers of ten


def _listed(words: list[str]) -> str:
    lowered = [word[:1].lower() + word[1:] for word in words]
    return " and ".join([", ".join(lowered[:-1]), lowered[-1]] if len(lowered) > 1 else lowered)
