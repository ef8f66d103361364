"""A customer got in touch: opens a ticket or joins the open one, and keeps what was said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from devices import appliance
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets import ticket, weighing
from tickets.conversation import caller, interaction, trouble
from tickets.conversation.caller import Caller, Told
from tickets.conversation.interaction import Channel, Interaction
from tickets.lifecycle import State
from tickets.ticket import Move, Ticket


@dataclass(frozen=True)
class Report:
    """What a customer said, and who they are: told, or the ticket that it is about."""

    channel: Channel
    text: str
    actor: str
    told: Told = field(default_factory=Told)
    ticket_id: int | None = None
    external_ref: str | None = None
    """The number that the system it came from knows it by."""


@dataclass(frozen=True)
class Taken:
    """What became of it."""

    interaction_id: int
    household_id: int | None
    device_id: int | None
    ticket_id: int | None = None
    opened: bool = False
    """A ticket was opened for it, not joined."""
    repeated: bool = False
    """It was told before under the same number; nothing was changed."""


def report(connection: Connection, catalogue: Catalogue, asked: Report, at: datetime) -> Taken:
    """Take a report down, in the caller's transaction.

    NotFoundError for whom nobody knows, InvalidError where it cannot be told which appliance is
    meant, ConflictError where what is told does not go together.
    """
    if asked.ticket_id is not None:
        who = _of_ticket(connection, asked.ticket_id)
    else:
        who = caller.find(connection, catalogue, asked.told)
    said = _said(asked, who, at)
    made = interaction.add(connection, said)
    if made is None:
        known = interaction.repeated(connection, said)
        return Taken(known.id, known.household_id, known.device_id, known.ticket_id, repeated=True)
    taken = Taken(made, said.household_id, said.device_id)
    ticket_id, opened = asked.ticket_id, False
    if ticket_id is None and asked.told.trouble and who.device is not None:
        found = trouble.ticket_for(connection, catalogue, who.device, asked.told, asked.actor, at)
        ticket_id, opened = found.id, found.fresh
    if ticket_id is None:
        return taken
    interaction.link(connection, made, ticket_id)
    answer(connection, ticket_id, at)
    weighing.weigh(connection, [ticket_id], at)
    return replace(taken, ticket_id=ticket_id, opened=opened)


def _said(asked: Report, who: Caller, at: datetime) -> Interaction:
    return Interaction(
        household_id=who.household_id,
        channel=asked.channel,
        direction="inbound",
        at=at,
        actor=asked.actor,
        text=asked.text,
        device_id=who.device.id if who.device else None,
        external_ref=asked.external_ref,
    )


def _of_ticket(connection: Connection, ticket_id: int) -> Caller:
    about = ticket.get(connection, ticket_id)
    return Caller(
        about.household_id, appliance.by_ids(connection, [about.device_id])[about.device_id]
    )


def answer(connection: Connection, ticket_id: int, at: datetime) -> Ticket:
    """The customer has answered: a ticket that waited for it goes back to the desk."""
    found = ticket.get(connection, ticket_id)
    if found.state != State.WAITING_FOR_CUSTOMER:
        return found
    back = Move(State.TRIAGED, found.version, "hearthwatch", note="the customer got in touch")
    return ticket.move(connection, ticket_id, back, at)
