"""One version of a model: what it was fitted on, what it needs, and what it is for now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from devices.catalogue.appliance_type import ApplianceType

DETECTOR = "context_residual"
"""Families of detectors are called `context_residual:<metric>`."""


class State(StrEnum):
    """What a version is for."""

    CANDIDATE = "candidate"
    """Fitted, and never used since."""
    SHADOW = "shadow"
    """Scores beside the champion; nobody is told what it finds."""
    CHAMPION = "champion"
    """Serves."""
    RETIRED = "retired"


@dataclass(frozen=True)
class Model:
    """One version of one family; `facts` say what it was fitted on and how it is set."""

    id: int
    type: str
    family: str
    """`context_residual:<metric>`, `fault:<horizon>`, ..."""
    version: int
    trained_at: datetime
    span_from: datetime
    span_until: datetime
    devices: int
    facts: dict[str, Any] = field(repr=False)
    serving: bool
    """It is the champion: its family's scores come from it."""
    state: str = State.CANDIDATE
    """A `State`."""
    replaced_id: int | None = None
    """The champion that it took over from."""

    @property
    def metric(self) -> str:
        """The metric that a detector watches; nothing for other families."""
        kind, _, rest = self.family.partition(":")
        return rest if kind == DETECTOR else ""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of the catalogue that it cannot do without."""
        told = self.facts.get("metrics") or [self.metric, *self.facts.get("context", ())]
        return tuple(str(name) for name in told if name)

    @property
    def name(self) -> str:
        """As shown to people: family and version."""
        return f"{self.family} v{self.version}"


@dataclass(frozen=True)
class Origin:
    """Where a model comes from: data from span_from to span_until of so many devices."""

    type: str
    trained_at: datetime
    span_from: datetime
    span_until: datetime
    devices: int
    metrics: tuple[str, ...] = ()
    """Of the catalogue; a detector's own are known."""
    features: tuple[str, ...] = ()
    """What it was shown, by name."""
    catalogue: str = ""
    """`catalogue_version` of the type then."""

    @classmethod
    def of(
        cls,
        description: ApplianceType,
        at: datetime,
        span: tuple[datetime, datetime],
        devices: int,
        features: Sequence[str] = (),
    ) -> Origin:
        """Of a model that was shown all metrics of a type, as the catalogue describes it now."""
        metrics, version = tuple(description.metrics), catalogue_version(description)
        return cls(description.type, at, *span, devices, metrics, tuple(features), version)


@dataclass(frozen=True)
class Decision:
    """Who changes what serves, and why."""

    actor: str
    reason: str


def catalogue_version(description: ApplianceType) -> str:
    """A short hash of all that the catalogue says of a type: another one after any change."""
    return hashlib.sha256(description.model_dump_json().encode()).hexdigest()[:16]
