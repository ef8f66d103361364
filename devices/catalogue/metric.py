"""What an appliance reports: kind, unit, ranges, and how a departure is noticed."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from devices.catalogue.part import Name, Part, Range, Text
from devices.catalogue.problem import Severity


class Kind(StrEnum):
    """How a metric behaves over time."""

    GAUGE = "gauge"
    """Goes up and down; a mean makes sense."""
    COUNTER = "counter"
    """Only grows, until it is reset."""
    STATE = "state"
    """Is one of a few values; the last one counts."""


class Storage(StrEnum):
    """The column's type in PostgreSQL."""

    REAL = "real"
    DOUBLE = "double"
    INTEGER = "integer"
    BOOLEAN = "boolean"


class Direction(StrEnum):
    """Which way a metric leaves the expected when something is wrong."""

    HIGH = "high"
    LOW = "low"
    BOTH = "both"


class Alarm(Part):
    """When a metric alone tells that something is wrong.

    Raised when the value stays beyond `low` or `high` for `for_minutes`; cleared when it stays
    inside by at least `hysteresis` for as long.
    """

    low: float | None = None
    high: float | None = None
    for_minutes: float = Field(ge=0, le=10_080)
    hysteresis: float = Field(ge=0)
    severity: Severity

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("an alarm needs `low`, `high` or both")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("`low` must be below `high`")
        return self


LARGEST = {Storage.INTEGER: 2_147_483_647.0, Storage.REAL: 3.4e38}
"""Magnitude that a column of PostgreSQL holds, where it is less than a double's."""


class Metric(Part):
    """One number that the appliance reports, averaged or read at the reporting time."""

    title: Text
    unit: str
    kind: Kind
    storage: Storage = Storage.REAL
    physical: Range | None = None
    """What the sensor can say at all; anything else is refused."""
    usual: Range | None = None
    """What a healthy appliance says in an ordinary home."""
    context: tuple[Name, ...] = ()
    """Other metrics that explain this one when the appliance is healthy."""
    anomaly: Direction | None = None
    """Watched by the detectors, for a departure this way from what the context explains."""
    problem: Name | None = None
    """The problem that a departure of this metric points to."""
    alarm: Alarm | None = None
    states: dict[int, Text] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        numeric = self.storage is not Storage.BOOLEAN
        if numeric and self.physical is None and self.states is None:
            raise ValueError("a number needs its `physical` range")
        if self.physical and self.usual and not self.physical.holds(self.usual):
            raise ValueError("`usual` must lie within `physical`")
        if self.states is not None and self.kind is not Kind.STATE:
            raise ValueError("only a metric of kind state has `states`")
        if self.states is not None and self.storage is not Storage.INTEGER:
            raise ValueError("`states` are numbered: `storage` must be integer")
        if (self.alarm or self.anomaly) and self.problem is None:
            raise ValueError("a watched metric must name the `problem` it points to")
        if self.anomaly and not self.context:
            raise ValueError("`anomaly` needs the `context` that explains the metric")
        if self.anomaly and self.kind is Kind.COUNTER:
            raise ValueError("detectors judge hourly means, which say nothing of a counter")
        if not self._fits():
            raise ValueError(f"a column of storage {self.storage} cannot hold all of `physical`")
        return self

    def _fits(self) -> bool:
        """Whether the column holds every value that is accepted."""
        largest = LARGEST.get(self.storage)
        if self.bounds is None or largest is None:
            return True
        return max(abs(self.bounds.low), abs(self.bounds.high)) <= largest

    @property
    def bounds(self) -> Range | None:
        """What is accepted: the physical range, or the numbered states; None for a boolean."""
        if self.states is not None:
            return Range(low=min(self.states) - 0.5, high=max(self.states) + 0.5)
        return self.physical
