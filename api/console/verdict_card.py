"""What was found at an appliance: the verdicts on its ticket, and what may be said now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api import wording
from api.user import Role, User
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.offline import OFFLINE
from runtime.errors import HearthwatchError
from storage.pool import Connection
from tickets import verdict
from tickets.lifecycle import State
from tickets.ticket import Ticket
from tickets.verdict import Recorded, Verdict


@dataclass(frozen=True)
class Told:
    """A verdict in words."""

    recorded: Recorded
    about: str
    """The fault that was confirmed, or what was replaced; empty for other findings."""


@dataclass(frozen=True)
class Refused:
    """A form that could not be kept: what was filled in, and why."""

    asked: Verdict
    error: HearthwatchError


@dataclass(frozen=True)
class Card:
    """All that the ticket page shows of verdicts."""

    told: Sequence[Told]
    """The one that counts first."""
    problems: Mapping[str, str]
    """What can be confirmed, by name; the ticket's own problem first."""
    consumables: Mapping[str, str]
    allowed: bool
    """Whether this user may say what was found: not of a ticket that another one took over."""
    too_early: bool
    """Nobody has been given the ticket yet."""
    refused: Refused | None


def of(
    connection: Connection,
    ticket: Ticket,
    description: ApplianceType | None,
    asking: User,
    spoken: str,
    refused: Refused | None = None,
) -> Card:
    """What the page of this ticket shows to this user."""
    given = verdict.history(connection, ticket.id)
    return Card(
        told=[Told(each, _about(each, description, spoken)) for each in given],
        problems=_problems(ticket, description, spoken),
        consumables=_consumables(description, spoken),
        allowed=asking.role.covers(Role.TECHNICIAN) and ticket.merged_into is None,
        too_early=ticket.state == State.NEW,
        refused=refused,
    )


def _about(given: Recorded, description: ApplianceType | None, spoken: str) -> str:
    if given.mode is not None:
        return wording.problem_title(description, given.mode, spoken)
    if given.consumable is not None:
        return wording.consumable_title(description, given.consumable, spoken)
    return ""


def _problems(ticket: Ticket, description: ApplianceType | None, spoken: str) -> dict[str, str]:
    names = list(description.problems) if description else []
    if ticket.problem not in names and (description is None or ticket.problem == OFFLINE):
        names.append(ticket.problem)
    names.sort(key=lambda name: name != ticket.problem)
    return {name: wording.problem_title(description, name, spoken) for name in names}


def _consumables(description: ApplianceType | None, spoken: str) -> dict[str, str]:
    names = description.consumables if description else ()
    return {name: wording.consumable_title(description, name, spoken) for name in names}
