"""What the API tells of a customer: the household and all that is on record of it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.alike_answer import Alike, Merge
from api.customer_past import Interaction, Notice, Purchase, Rating, Ticket
from api.from_row import FromRow
from api.household_record import Person, Record
from api.owned_answer import Appliance
from api.value_answer import ValueScore


class Household(FromRow):
    """A customer's home."""

    id: int
    external_id: str = Field(examples=["H-000042"])
    name: str
    address: str
    region: str
    time_zone: str = Field(examples=["Asia/Shanghai"])
    tier: str


class ChannelAnswer(FromRow):
    """A channel for which another answer counts than for all others."""

    purpose: str
    channel: str
    granted: bool


class Contact(FromRow):
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


class Profile(FromRow):
    """What decides how urgent the household's trouble is, and where to go."""

    vulnerable: bool = Field(description="Somebody lives there who depends on the appliance")
    country: str
    latitude: float | None = Field(description="To two decimals")
    longitude: float | None


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
