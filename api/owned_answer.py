"""What the API tells of an appliance that a household has, and of what covers it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from pydantic import BaseModel, Field, field_validator

from api.from_row import FromRow
from api.household_record import Owned


class Plan(FromRow):
    """A warranty, or a plan of the household."""

    external_id: str
    kind: str
    name: str
    starts_on: date
    ends_on: date | None
    covers: list[str]
    running: bool


class Cover(FromRow):
    """What the customer does not pay for now."""

    plan: str
    warranty_until: date | None
    plan_until: date | None
    covers: list[str]

    @field_validator("covers", mode="before")
    @classmethod
    def _in_order(cls, covers: Collection[str]) -> list[str]:
        """A set has no order, and an ETag needs one."""
        return sorted(covers)


class Appliance(BaseModel):
    """An appliance of a household."""

    serial: str
    type: str
    model: str
    since: datetime = Field(description="When the household got it")
    presence: str | None
    last_reading_at: datetime | None
    cover: Cover | None
    plans: list[Plan]

    @classmethod
    def of(cls, owned: Owned) -> Appliance:
        """An appliance with its state and what covers it."""
        return cls(
            serial=owned.appliance.serial,
            type=owned.appliance.type,
            model=owned.appliance.model,
            since=owned.since,
            presence=owned.heard.presence,
            last_reading_at=owned.heard.last_reading_at,
            cover=Cover.model_validate(owned.cover) if owned.cover else None,
            plans=[Plan.model_validate(each) for each in owned.plans],
        )
