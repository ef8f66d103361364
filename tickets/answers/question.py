"""Questions of the desk to a customer about a ticket; the answer is an interaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import dict_row

from alerts.draft import Draft
from alerts.notices import notice
from customers.secrecy import sealing
from devices import appliance
from devices.catalogue.folder import Catalogue
from runtime.errors import InvalidError, NotFoundError
from storage import query
from storage.pool import Connection
from tickets.ticket import Ticket
from tickets.writing import addressee, drafting
from tickets.writing.addressee import Addressee
from tickets.writing.drafting import Matter

_SQL = query.beside(__file__)
WORDS = "questions.words_sealed"
LONGEST = 2000
"""Characters of a question."""


@dataclass(frozen=True)
class Question:
    """What was asked, and when it was answered."""

    id: int
    ticket_id: int
    asked_by: str
    asked_at: datetime
    words: str
    answered_at: datetime | None


def ask(
    connection: Connection,
    catalogue: Catalogue,
    ticket: Ticket,
    words: str,
    actor: str,
    at: datetime,
) -> Question:
    """Ask the customer of a ticket something, by letter and on their page.

    InvalidError where there is nobody to ask, or nothing.
    """
    said = words.strip()
    if not said or len(said) > LONGEST:
        raise InvalidError(f"a question has 1 to {LONGEST} characters")
    reader = addressee.of_households(connection, [ticket.household_id]).get(ticket.household_id)
    if reader is None or ticket.household_id is None:
        raise InvalidError(f"ticket {ticket.id} has no customer who could be asked")
    owner = sealing.household(ticket.household_id)
    told = {
        "ticket_id": ticket.id,
        "household_id": ticket.household_id,
        "actor": actor,
        "at": at,
        "words": sealing.seal(connection, owner, WORDS, [said])[0],
    }
    number = int(str(connection.execute(_SQL["ask"], told).fetchall()[0][0]))
    notice.write(connection, [_draft(connection, catalogue, ticket, reader, number, said)], at)
    return Question(number, ticket.id, actor, at, said, answered_at=None)


def _draft(
    connection: Connection,
    catalogue: Catalogue,
    ticket: Ticket,
    reader: Addressee,
    number: int,
    said: str,
) -> Draft:
    matter = Matter(
        "question",
        key=f"question:{number}",
        about=f"ticket:{ticket.id}",
        ticket_id=ticket.id,
        trace=ticket.trace,
    )
    device = appliance.by_ids(connection, [ticket.device_id])[ticket.device_id]
    return drafting.draft(
        connection, reader, device, catalogue[ticket.type], matter, question=said, ticket=ticket.id
    )


def of_ticket(connection: Connection, ticket_id: int) -> list[Question]:
    """Everything that was asked about a ticket, oldest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["of_ticket"], {"ticket_id": ticket_id}).fetchall()
    texts = sealing.open_(
        connection,
        WORDS,
        [(sealing.household(row.pop("household_id")), row.pop("words_sealed")) for row in rows],
    )
    return [Question(**row, words=text or "") for row, text in zip(rows, texts, strict=True)]


def answered(connection: Connection, ticket_id: int, question_id: int, at: datetime) -> bool:
    """Count one question of a ticket as answered; False if it was already.

    NotFoundError if the ticket has no such question.
    """
    asked = {"ticket_id": ticket_id, "id": question_id, "at": at}
    if connection.execute(_SQL["answered"], asked).rowcount:
        return True
    if all(each.id != question_id for each in of_ticket(connection, ticket_id)):
        raise NotFoundError(f"ticket {ticket_id} has no question {question_id}")
    return False


def settle(connection: Connection, ticket_id: int, at: datetime) -> int:
    """Count every open question of a ticket as answered; return how many there were."""
    return connection.execute(_SQL["settle"], {"ticket_id": ticket_id, "at": at}).rowcount
