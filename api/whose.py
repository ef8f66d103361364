"""Whose an appliance or a ticket is: told by name to technicians and up, to viewers by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from api.user import Role, User
from customers.household import Household
from tickets.ticket import Ticket


def tickets(found: Iterable[Ticket], asking: User) -> list[Ticket]:
    """The tickets, without the names of their households for who may not know them."""
    if asking.role.covers(Role.TECHNICIAN):
        return list(found)
    return [replace(each, household_name=None) for each in found]


def called(home: Household, asking: User) -> Household:
    """The household; for a viewer it is called by the id that the organisation knows it by."""
    if asking.role.covers(Role.TECHNICIAN):
        return home
    return replace(home, name=home.external_id, address="")
