"""A ticket's findings as the API tells them: figures, and sentences in each language."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from alerts import evidence
from alerts.evidence import Evidence
from api import wording
from devices.catalogue.appliance_type import ApplianceType, Text
from models.reasons.departure import Departure as Moved
from tickets.ticket import Proof


class Words(BaseModel):
    """A text in each language."""

    en: str
    zh: str

    @classmethod
    def of(cls, text: Text) -> Words:
        """A text of the catalogue."""
        return cls(en=text.en, zh=text.zh)


class Departure(BaseModel):
    """A metric that moved a finding; quantities are means of the hours that show it."""

    metric: str
    observed: float
    expected: float
    since: datetime
    context: dict[str, float] = Field(description="What was around it in the same hours")
    sentence: Words

    @classmethod
    def of(cls, moved: Moved, seen: Evidence, description: ApplianceType | None) -> Departure:
        """One metric of a finding."""
        return cls(
            metric=moved.metric,
            observed=moved.observed,
            expected=moved.expected,
            since=moved.since,
            context=moved.context,
            sentence=Words(
                en=wording.departure(moved, seen, description, "en"),
                zh=wording.departure(moved, seen, description, "zh"),
            ),
        )


class Finding(BaseModel):
    """Why: a finding that opened or joined the ticket."""

    id: int = Field(description="Of the change of the alert; a split names it")
    at: datetime
    change: str = Field(description="raised, joined, eased or cleared")
    kind: str = Field(description="alarm, code, silence, anomaly or forecast")
    source: str = Field(description="The rule, or the model's family and version")
    severity: str
    sentence: Words
    since: datetime
    until: datetime
    metric: str | None
    observed: float | None
    expected: float | None
    low: float | None
    high: float | None
    code: str | None
    plot_from: datetime = Field(description="A plot from here until now shows it best")
    moved: list[Departure] = Field(description="The few metrics that moved it, if a model found it")

    @classmethod
    def of(cls, proof: Proof, description: ApplianceType | None) -> Finding:
        """A piece of a ticket's evidence."""
        seen = proof.evidence
        return cls(
            id=proof.alert_change_id,
            at=proof.at,
            change=proof.change,
            kind=seen.kind,
            source=seen.source,
            severity=proof.severity,
            sentence=Words(
                en=wording.finding(seen, description, "en"),
                zh=wording.finding(seen, description, "zh"),
            ),
            since=seen.since,
            until=seen.until,
            metric=seen.metric,
            observed=seen.observed,
            expected=seen.expected,
            low=seen.low,
            high=seen.high,
            code=seen.code,
            plot_from=evidence.plot_from(seen),
            moved=[Departure.of(each, seen, description) for each in seen.moved],
        )
