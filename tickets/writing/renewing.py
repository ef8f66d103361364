"""What a letter that waited says as it goes out: rewritten by what is known now, or dropped."""

from __future__ import annotations

from datetime import datetime

from alerts.notices.notice import Notice
from alerts.notices.renewal import AS_WRITTEN, Renewal
from customers import contact, ownership
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets import ticket
from tickets.answers import question, rating
from tickets.lifecycle import State
from tickets.ticket import Ticket
from tickets.writing import addressee, aftermath, care_tip, reminder, standing

TIMED = frozenset({"appointment", "moved"})
"""Letters about a time to come."""
RETOLD = TIMED | {"slots", "on_the_way", "cancelled"}
"""Letters whose days, times and names may have become others."""


def renew(catalogue: Catalogue, connection: Connection, waiting: Notice, at: datetime) -> Renewal:
    """What a notice says as of now, or why it need not be told any more."""
    if waiting.device_id is not None:
        owners = ownership.households_of(connection, [waiting.device_id])
        if owners.get(waiting.device_id) != waiting.household_id:
            return Renewal("the appliance is not theirs any more")
    match waiting.occasion:
        case "consumable":
            return reminder.renew(connection, catalogue, waiting, at)
        case "care_tip":
            return Renewal(care_tip.overtaken(connection, waiting))
        case occasion if occasion in standing.HOLDS and waiting.ticket_id is not None:
            found = ticket.get(connection, waiting.ticket_id)
            return _of_ticket(connection, catalogue, waiting, found, at)
    return AS_WRITTEN


def _of_ticket(
    connection: Connection, catalogue: Catalogue, waiting: Notice, found: Ticket, at: datetime
) -> Renewal:
    gone = _gone(connection, waiting, found, at)
    if gone or waiting.occasion not in RETOLD or found.type not in catalogue:
        return Renewal(gone)
    reader = addressee.of_contact(
        connection, contact.by_ids(connection, [waiting.contact_id])[waiting.contact_id]
    )
    draft = aftermath.draft(connection, catalogue, found, reader, waiting.occasion, at)
    return Renewal(draft=draft)


def _gone(connection: Connection, waiting: Notice, found: Ticket, at: datetime) -> str:
    """Why there is nothing to tell any more; empty if there is."""
    if State(found.state) not in standing.HOLDS[waiting.occasion]:
        return f"the ticket is {found.state}"
    if waiting.occasion in TIMED and (found.visit_at is None or found.visit_at <= at):
        return "the time of the visit is over"
    if waiting.occasion == "question" and _is_answered(connection, waiting):
        return "it has been answered"
    if waiting.occasion == "rating" and _has_rated(connection, waiting, found):
        return "they have rated already"
    return ""


def _is_answered(connection: Connection, waiting: Notice) -> bool:
    number = int(waiting.key.rpartition(":")[2])
    asked = question.of_ticket(connection, waiting.ticket_id or 0)
    return any(each.id == number and each.answered_at is not None for each in asked)


def _has_rated(connection: Connection, waiting: Notice, found: Ticket) -> bool:
    given = rating.of_ticket(connection, found.id)
    return any(each.contact_id == waiting.contact_id for each in given)
