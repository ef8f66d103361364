"""What a family of models is about, taken from its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from api import wording
from devices.catalogue.appliance_type import ApplianceType
from models.version import DETECTOR

KINDS = ("fault", "anomaly", DETECTOR, "life")
"""In the order in which a page shows them."""


@dataclass(frozen=True)
class Family:
    """A family: `fault:24h`, `anomaly`, `context_residual:<metric>`, `life:<consumable>`."""

    name: str
    kind: str
    subject: str
    """A metric, a consumable or a horizon, as the name has it."""

    @classmethod
    def of(cls, name: str) -> Self:
        """From the name on the shelf."""
        kind, _, subject = name.partition(":")
        return cls(name, kind, subject)

    @property
    def horizon(self) -> timedelta | None:
        """How far ahead a fault is foretold."""
        number = self.subject.removesuffix("h")
        if self.kind != "fault" or not number.isdecimal():
            return None
        return timedelta(hours=int(number))

    @property
    def place(self) -> tuple[int, timedelta, str]:
        """What lists are sorted by."""
        kind = KINDS.index(self.kind) if self.kind in KINDS else len(KINDS)
        return kind, self.horizon or timedelta(), self.name

    def about(self, description: ApplianceType | None, language: str) -> str:
        """The metric or consumable in words."""
        if self.kind == "life":
            return wording.consumable_title(description, self.subject, language)
        return wording.metric_title(description, self.subject, language)
