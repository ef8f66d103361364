"""What the customer replaces or refills, and the metric that shows how far it is used up."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from devices.catalogue.part import Name, Part, Text


class Wear(Part):
    """What shows how far a consumable is used up: a metric that goes from `new` to `spent`.

    A jump back by at least half of the way towards `new` is a replacement (or a refill).
    """

    metric: Name
    new: float
    spent: float

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.new == self.spent:
            raise ValueError("`new` and `spent` must differ")
        return self


class Consumable(Part):
    """A part or a fill that the customer replaces."""

    title: Text
    part_number: str
    wear: Wear
    remind_days: float = Field(gt=0, le=120)
    """Remind when fewer days than this are left."""
    how_to: Text
    """What the customer does to replace it."""
