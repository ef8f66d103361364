"""What people at the desk write down about a ticket, for each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from customers.secrecy import sealing
from runtime.errors import InvalidError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets.conversation import sealed_for
from tickets.ticket import Ticket

_SQL = query.beside(__file__)
LONGEST = 10_000
"""Characters of a note."""
_PLACE = "ticket_notes.text_sealed"


@dataclass(frozen=True)
class Note:
    """One note."""

    id: int
    at: datetime
    actor: str
    text: str


@dataclass(frozen=True)
class _Row:
    id: int
    at: datetime
    actor: str
    household_id: int | None
    text_sealed: bytes


def add(connection: Connection, ticket: Ticket, text: str, actor: str, at: datetime) -> Note:
    """Write a note on a ticket, sealed for its household."""
    if not text.strip():
        raise InvalidError("the note is empty", hint="write something down")
    if len(text) > LONGEST:
        raise InvalidError(f"a note has at most {LONGEST} characters")
    owner = sealed_for.owner(ticket.household_id)
    row = connection.execute(
        _SQL["add"],
        {
            "ticket_id": ticket.id,
            "household_id": ticket.household_id,
            "at": at,
            "actor": actor,
            "text_sealed": sealing.seal_bytes(connection, owner, _PLACE, text.strip().encode()),
        },
    ).fetchall()[0]
    kept = Note(int(str(row[0])), at, actor, text.strip())
    told = {"note": kept.id, "actor": actor}
    subject = f"ticket:{ticket.id}"
    noted = Event("ticket.noted", subject, at, ticket.trace, ticket.region, told)
    event.append(connection, [noted])
    return kept


def of_ticket(connection: Connection, ticket_id: int) -> list[Note]:
    """The notes on a ticket, the oldest first."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL["of_ticket"], {"ticket_id": ticket_id}).fetchall()
    sealed = [(sealed_for.owner(row.household_id), row.text_sealed) for row in rows]
    texts = sealing.open_(connection, _PLACE, sealed)
    return [
        Note(row.id, row.at, row.actor, text or "") for row, text in zip(rows, texts, strict=True)
    ]
