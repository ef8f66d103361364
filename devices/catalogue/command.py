"""What an appliance does when told, and what it must be told."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from devices.catalogue.part import Name, Part, Range, Text


class ArgumentKind(StrEnum):
    """What a command's argument is."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class Argument(Part):
    """One argument of a command."""

    title: Text
    kind: ArgumentKind
    range: Range | None = None
    choices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.kind in {ArgumentKind.NUMBER, ArgumentKind.INTEGER} and self.range is None:
            raise ValueError("a number needs its `range`")
        if (self.kind is ArgumentKind.CHOICE) != bool(self.choices):
            raise ValueError("`choices` go with kind choice, and it needs them")
        return self


class Command(Part):
    """Something the appliance does when told."""

    title: Text
    unattended: bool
    """Safe to run while nobody is at home."""
    arguments: dict[Name, Argument] = Field(default_factory=dict)
