"""What can go wrong with an appliance, in a customer's terms and in its own codes."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from devices.catalogue.part import Name, Part, Phrases, Steps, Text


class Severity(StrEnum):
    """How bad a problem is, from a remark to a danger."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)


class Problem(Part):
    """What may be wrong, in a customer's terms: alerts of one problem share one ticket."""

    title: Text
    severity: Severity
    safety: bool = False
    advice: Text
    """What the customer can do now."""
    self_help: Steps | None = None
    """The same at length, step by step, for who asks the knowledge base."""
    causes: tuple[Text, ...] = Field(min_length=1)
    skills: tuple[Name, ...] = Field(min_length=1)
    parts: tuple[str, ...] = ()
    symptoms: Phrases = Phrases()
    """How customers say it; the knowledge base finds it by these words."""
    call_when: Text | None = None
    """When steps of one's own are not enough; without it, what goes for its severity."""
    at_stake: Literal["food", "water"] | None = None
    """What is lost, beside the appliance, until somebody comes."""


class FaultCode(Part):
    """A code the appliance itself shows and reports."""

    title: Text
    severity: Severity
    safety: bool = False
    problem: Name
    self_help: Steps
    causes: tuple[Text, ...] = Field(min_length=1)
    skills: tuple[Name, ...] = Field(min_length=1)
    parts: tuple[str, ...] = ()
    symptoms: Phrases = Phrases()
    """How customers say it; the knowledge base finds it by these words."""
    call_when: Text | None = None
    """When steps of one's own are not enough; without it, what goes for its severity."""
