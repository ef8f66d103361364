"""Hides what is not of a user's region: for them it does not exist."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from api.user import User
from customers import contact, household
from customers.contact import Contact
from customers.duplicates import merging
from customers.duplicates.merging import Merge
from customers.household import Household
from devices import appliance
from devices.appliance import Appliance
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets import ticket
from tickets.ticket import Ticket

Asked = Annotated[str | None, Query(alias="region", max_length=200, description="Only this region")]
"""The region that a list is asked for; a partner gets its own anyway."""


def appliance_for(connection: Connection, asking: User, serial: str) -> Appliance:
    """The appliance; NotFoundError if there is none for this user."""
    found = appliance.get(connection, serial)
    if not asking.sees(found.region):
        raise NotFoundError(f"no appliance has the serial number {serial!r}")
    return found


def ticket_for(connection: Connection, asking: User, ticket_id: int) -> Ticket:
    """The ticket; NotFoundError if there is none for this user."""
    found = ticket.get(connection, ticket_id)
    if not asking.sees(found.region):
        raise NotFoundError(f"there is no ticket {ticket_id}")
    return found


def household_for(connection: Connection, asking: User, household_id: int) -> Household:
    """The household; NotFoundError if there is none for this user."""
    found = household.get(connection, household_id)
    if not asking.sees(found.region):
        raise NotFoundError(f"no household has the id {household_id}")
    return found


def contact_for(connection: Connection, asking: User, contact_id: int) -> Contact:
    """The contact; NotFoundError if there is none for this user."""
    found = contact.by_ids(connection, [contact_id]).get(contact_id)
    if found is None or not asking.sees(household.get(connection, found.household_id).region):
        raise NotFoundError(f"there is no contact {contact_id}")
    return found


def merge_for(connection: Connection, asking: User, merge_id: int) -> Merge:
    """The merge of two households; NotFoundError unless this user sees both."""
    found = merging.get(connection, merge_id)
    if not all(asking.sees(each) for each in found.regions):
        raise NotFoundError(f"there is no merge {merge_id}")
    return found


def standing_household_for(connection: Connection, asking: User, household_id: int) -> Household:
    """The household, unless it was merged; NotFoundError names the one that it is now."""
    found = household_for(connection, asking, household_id)
    survivor = merging.survivor_of(connection, household_id)
    if survivor is not None:
        raise NotFoundError(
            f"household {household_id} was merged into household {survivor}",
            hint=f"ask for household {survivor}",
        )
    return found
