"""One appliance type as a maker describes it; the single source for everything that asks.

Pure: reads no file, no database and no clock. `devices.catalogue.folder` reads the YAML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import Field, field_validator, model_validator

from devices.catalogue.command import Argument, ArgumentKind, Command
from devices.catalogue.consumable import Consumable, Wear
from devices.catalogue.metric import Alarm, Direction, Kind, Metric, Storage
from devices.catalogue.part import Code, Name, Part, Phrases, Range, Steps, Text
from devices.catalogue.problem import FaultCode, Problem, Severity

__all__ = [
    "Alarm",
    "ApplianceType",
    "Argument",
    "ArgumentKind",
    "Command",
    "Consumable",
    "Direction",
    "FaultCode",
    "Kind",
    "Metric",
    "Phrases",
    "Problem",
    "Range",
    "Severity",
    "Steps",
    "Storage",
    "Text",
    "Wear",
    "WrongReferencesError",
]

RESERVED = frozenset({"device_id", "time"})
"""Columns that every telemetry table has."""

Wrong = tuple[tuple[str, ...], str]
"""The place of a field, and what is wrong with it."""


class WrongReferencesError(ValueError):
    """Names in a description that name nothing; `wrong` says which and where."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        super().__init__("; ".join(f"{'.'.join(place)}: {why}" for place, why in self.wrong))


class ApplianceType(Part):
    """A whole appliance type."""

    type: Name
    title: Text
    also_called: Phrases = Phrases()
    reports_every_s: float = Field(gt=0, le=86_400)
    silent_after_h: float = Field(gt=0, le=720)
    metrics: dict[Name, Metric] = Field(min_length=1)
    problems: dict[Name, Problem]
    fault_codes: dict[Code, FaultCode] = Field(default_factory=dict)
    consumables: dict[Name, Consumable] = Field(default_factory=dict)
    commands: dict[Name, Command] = Field(default_factory=dict)

    @field_validator("type")
    @classmethod
    def _leaves_the_rollup_its_name(cls, name: str) -> str:
        for ending in ("_hourly", "_daily"):
            if name.endswith(ending):
                raise ValueError(f"a name that ends in {ending} is that of a rollup's table")
        return name

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        wrong = [*self._wrong_metrics(), *self._wrong_codes(), *self._wrong_wear()]
        if wrong:
            raise WrongReferencesError(wrong)
        return self

    def _wrong_metrics(self) -> Iterator[Wrong]:
        for name, metric in self.metrics.items():
            place = ("metrics", name)
            if name in RESERVED:
                yield place, "this name is reserved"
            for other in metric.context:
                if other not in self.metrics or other == name:
                    yield (*place, "context"), f"there is no other metric {other!r}"
            if metric.problem is not None and metric.problem not in self.problems:
                yield (*place, "problem"), f"there is no problem {metric.problem!r}"

    def _wrong_codes(self) -> Iterator[Wrong]:
        for code, fault in self.fault_codes.items():
            if fault.problem not in self.problems:
                yield ("fault_codes", code, "problem"), f"there is no problem {fault.problem!r}"

    def _wrong_wear(self) -> Iterator[Wrong]:
        for name, consumable in self.consumables.items():
            metric = consumable.wear.metric
            if metric not in self.metrics:
                yield ("consumables", name, "wear", "metric"), f"there is no metric {metric!r}"

    def watched(self) -> dict[str, Metric]:
        """Give the metrics that detectors watch."""
        return {name: metric for name, metric in self.metrics.items() if metric.anomaly}
