"""What the API tells of a customer: the household and all that is on record of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.household_record import Owned, Person, Record
from api.value_answer import ValueScore


class _Told(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Household(_Told):
    """A customer's home."""

    id: int
    external_id: str = Field(examples=["H-000042"])
    name: str
    address: str
    region: str
    time_zone: str = Field(examples=["Asia/Shanghai"])
    tier: str


class ChannelAnswer(_Told):
    """A channel for which another answer counts than for all others."""

    purpose: str
    channel: str
    granted: bool


class Contact(_Told):
    """A person of a household."""

    external_id: str
    name: str
    phone: str | None
    email: str | None
    language: str
    is_primary: bool
    role: str | None = Field(default=None, examples=["holder"])
    consents: list[str] = Field(default=[], description="Purposes that the person agreed to")
    exceptions: list[ChannelAnswer] = Field(default=[], description="Where channels differ")
    shut: list[str] = Field(default=[], description="Channels that refuse the person for good")
    snoozed_until: datetime | None = Field(default=None, description="No reminders before then")

    @classmethod
    def of(cls, person: Person) -> Contact:
        """A contact with its role and consents."""
        told = {
            "role": person.role,
            "consents": person.consents,
            "exceptions": [ChannelAnswer.model_validate(each) for each in person.exceptions],
            "shut": [way.channel for way in person.ways if way.disabled_at is not None],
            "snoozed_until": person.snoozed_until,
        }
        return cls.model_validate(person.contact).model_copy(update=told)


class Profile(_Told):
    """What decides how urgent the household's trouble is, and where to go."""

    vulnerable: bool = Field(description="Somebody lives there who depends on the appliance")
    country: str
    latitude: float | None = Field(description="To two decimals")
    longitude: float | None


class Plan(_Told):
    """A warranty, or a plan of the household."""

    external_id: str
    kind: str
    name: str
    starts_on: date
    ends_on: date | None
    covers: list[str]
    running: bool


class Cover(_Told):
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


class Purchase(_Told):
    """Something that the household bought."""

    external_id: str
    part_number: str
    quantity: int
    amount: Decimal
    currency: str
    bought_at: datetime
    source: str


class Ticket(_Told):
    """A ticket of the household."""

    id: int
    serial: str
    problem: str
    state: str
    severity: str
    safety: bool
    opened_at: datetime


class Interaction(_Told):
    """What was said, on whatever channel."""

    at: datetime
    channel: str
    direction: str
    actor: str
    ticket_id: int | None
    text: str


class Notice(_Told):
    """A notice to one of its people."""

    id: int
    occasion: str
    purpose: str
    channel: str
    state: str
    subject: str
    created_at: datetime
    ticket_id: int | None


class Rating(_Told):
    """What the household thought of a service."""

    ticket_id: int
    nps: int | None
    csat: int | None
    comment: str
    at: datetime


class Alike(_Told):
    """Two households that look like one."""

    first_id: int
    second_id: int
    first_external_id: str
    second_external_id: str
    score: float = Field(description="0 to 100")
    reasons: list[str] = Field(examples=[["phone", "name"]])
    found_at: datetime


class Merge(_Told):
    """One household that was made a part of another."""

    id: int
    survivor_id: int
    survivor: str
    merged_id: int
    merged: str
    at: datetime
    actor: str
    reason: str
    undone_at: datetime | None
    undone_by: str | None


class HouseholdDetail(Household):
    """A household with all that is on record of it; of long lists, the latest."""

    profile: Profile
    value: ValueScore | None = Field(description="null until it was reckoned for the first time")
    contacts: list[Contact]
    appliances: list[Appliance]
    purchases: list[Purchase]
    tickets: list[Ticket]
    interactions: list[Interaction]
    notices: list[Notice]
    ratings: list[Rating]
    alike: list[Alike]
    merges: list[Merge]

    @classmethod
    def of(cls, record: Record) -> HouseholdDetail:
        """All of a record."""
        return cls(
            **Household.model_validate(record.household).model_dump(),
            profile=Profile.model_validate(record.profile),
            value=ValueScore.of(record.value) if record.value else None,
            contacts=[Contact.of(each) for each in record.people],
            appliances=[Appliance.of(each) for each in record.owned],
            purchases=[Purchase.model_validate(each) for each in record.purchases],
            tickets=[Ticket.model_validate(each) for each in record.tickets],
            interactions=[Interaction.model_validate(each) for each in record.interactions],
            notices=[Notice.model_validate(each) for each in record.notices],
            ratings=[Rating.model_validate(each) for each in record.ratings],
            alike=[Alike.model_validate(each) for each in record.alike],
            merges=[Merge.model_validate(each) for each in record.merges],
        )
