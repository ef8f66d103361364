"""Hides what is not of a user's region: for them it does not exist."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.notice import Notice
from api.user import User
from customers import household
from customers.household import Household
from devices import appliance
from devices.appliance import Appliance
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets import ticket
from tickets.ticket import Ticket


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


def notices_for(connection: Connection, asking: User, notices: Sequence[Notice]) -> list[Notice]:
    """Those of `notices` that are about an appliance of the user's region; all without one."""
    if asking.region is None:
        return list(notices)
    serials = [each.serial for each in notices if each.serial]
    devices = appliance.by_serials(connection, serials)
    return [each for each in notices if each.serial and asking.sees(devices[each.serial].region)]
