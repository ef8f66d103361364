"""All that is on record of a household, in one place: the customer as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.notices import notice, reach
from alerts.notices.notice import Notice
from alerts.notices.reach import Way
from api import heard
from api.user import User
from customers import consent, contact, member, ownership, plan, profile, purchase, value
from customers.consent import Answer
from customers.contact import Contact
from customers.duplicates import likeness, merging
from customers.duplicates.likeness import Alike
from customers.duplicates.merging import Merge
from customers.household import Household
from customers.plan import Cover, Plan
from customers.profile import Profile
from customers.purchase import Purchase
from customers.value import Value
from devices import appliance
from devices.appliance import Appliance
from devices.device_state import DeviceState
from storage.pool import Connection
from tickets import ticket
from tickets.answers import rating
from tickets.answers.rating import Rating
from tickets.conversation import interaction
from tickets.conversation.interaction import Kept
from tickets.ticket import Ticket

MOST = 50
"""Of tickets, interactions, notices and purchases: the latest."""


@dataclass(frozen=True)
class Person:
    """Somebody of the household, with what they agreed to and how they can be reached."""

    contact: Contact
    role: str | None
    consents: list[str]
    exceptions: list[Answer]
    """Channels for which another answer counts."""
    ways: list[Way]
    snoozed_until: datetime | None
    """They want no reminders before then."""


@dataclass(frozen=True)
class Owned:
    """An appliance of the household, how it is, and what covers it."""

    appliance: Appliance
    since: datetime
    heard: DeviceState
    cover: Cover | None
    plans: list[Plan]


@dataclass(frozen=True)
class Record:
    """A household and everything about it that its desk may see."""

    household: Household
    profile: Profile
    value: Value | None
    people: list[Person]
    owned: list[Owned]
    purchases: list[Purchase]
    tickets: list[Ticket]
    interactions: list[Kept]
    notices: list[Notice]
    ratings: list[Rating]
    alike: list[Alike]
    merges: list[Merge]


def of(connection: Connection, found: Household, asking: User, at: datetime) -> Record:
    """Everything about a household as of `at`; of a partner's, what is of its region."""
    return Record(
        household=found,
        profile=profile.of(connection, [found.id])[found.id],
        value=value.of(connection, [found.id]).get(found.id),
        people=_people(connection, found.id, at),
        owned=_owned(connection, found.id, asking, at),
        purchases=purchase.of_household(connection, found.id, MOST),
        tickets=ticket.page(connection, household_id=found.id, limit=MOST, region=asking.region),
        interactions=interaction.of_household(connection, found.id, MOST),
        notices=notice.page(connection, household_id=found.id, limit=MOST, region=asking.region),
        ratings=rating.of_household(connection, found.id),
        alike=_in_region(likeness.of_household(connection, found.id), asking),
        merges=[
            each
            for each in merging.of_household(connection, found.id)
            if all(map(asking.sees, each.regions))
        ],
    )


def _people(connection: Connection, household_id: int, at: datetime) -> list[Person]:
    contacts = contact.of_household(connection, household_id)
    roles = member.of(connection, [each.id for each in contacts])
    return [_person(connection, each, roles.get(each.id), at) for each in contacts]


def _person(connection: Connection, found: Contact, role: str | None, at: datetime) -> Person:
    until = reach.snoozed_until(connection, found.id)
    return Person(
        contact=found,
        role=role,
        consents=sorted(contact.consents(connection, found.id)),
        exceptions=consent.exceptions(connection, found.id),
        ways=reach.ways(connection, found.id),
        snoozed_until=until if until and until > at else None,
    )


def _owned(connection: Connection, household_id: int, asking: User, at: datetime) -> list[Owned]:
    now = [each for each in ownership.periods(connection, household_id) if each.until is None]
    ids = [each.device_id for each in now]
    appliances = appliance.by_ids(connection, ids)
    states = heard.of(connection, ids)
    covers = plan.covers(connection, ids, at)
    plans = plan.of_devices(connection, ids, at)
    return [
        Owned(
            appliances[each.device_id],
            each.since,
            states[each.device_id],
            covers.get(each.device_id),
            [one for one in plans if one.device_id == each.device_id],
        )
        for each in now
        if asking.sees(appliances[each.device_id].region)
    ]


def _in_region(found: Sequence[Alike], asking: User) -> list[Alike]:
    return [each for each in found if asking.sees(each.region) and asking.sees(each.other_region)]
