"""Files on a ticket: checked by their content, sealed for the household, kept in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from customers.secrecy import sealing
from runtime.errors import ConflictError, HearthwatchError, NotFoundError
from storage import query
from storage.pool import Connection
from tickets.conversation import file_kind, sealed_for
from tickets.ticket import Ticket

_SQL = query.beside(__file__)
MOST_A_TICKET = 40
_NAME = "ticket_attachments.name_sealed"
_CONTENT = "ticket_attachments.content_sealed"


class TooLargeError(HearthwatchError):
    """A file with more bytes than are kept."""

    status = 413
    title = "Too large"


@dataclass(frozen=True)
class Attachment:
    """A file on a ticket, without its content."""

    id: int
    at: datetime
    actor: str
    name: str
    media_type: str
    size: int
    """In bytes."""


@dataclass(frozen=True)
class File:
    """A file with its content."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class _Row:
    id: int
    at: datetime
    actor: str
    media_type: str
    size: int
    household_id: int | None
    name_sealed: bytes


def keep(
    connection: Connection,
    ticket: Ticket,
    name: str,
    content: bytes,
    actor: str,
    at: datetime,
    *,
    most_bytes: int,
) -> Attachment:
    """Keep a file, sealed for the household.

    InvalidError for a type that is not kept, TooLargeError for more than `most_bytes`,
    ConflictError when the ticket has as many files as it may.
    """
    _check_size(len(content), most_bytes)
    kind = file_kind.of(content)
    called = file_kind.name(name, kind)
    told = {
        "ticket_id": ticket.id,
        "household_id": ticket.household_id,
        "at": at,
        "actor": actor,
        "media_type": kind,
        "bytes": len(content),
        "most": MOST_A_TICKET,
    }
    sealed = _sealed(connection, ticket, called, content)
    row = connection.execute(_SQL["keep"], told | sealed).fetchone()
    if row is None:
        raise ConflictError(
            f"ticket {ticket.id} has {MOST_A_TICKET} files already", hint="write a note instead"
        )
    return Attachment(int(str(row[0])), at, actor, called, kind, len(content))


def _sealed(connection: Connection, ticket: Ticket, name: str, content: bytes) -> dict[str, object]:
    owner = sealed_for.owner(ticket.household_id)
    return {
        "name_sealed": sealing.seal_bytes(connection, owner, _NAME, name.encode()),
        "content_sealed": sealing.seal_bytes(connection, owner, _CONTENT, content),
    }


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise TooLargeError(
            f"the file has {size / 1e6:.1f} MB and {most / 1e6:.1f} MB are allowed",
            hint="send a smaller one",
        )


def of_ticket(connection: Connection, ticket_id: int) -> list[Attachment]:
    """The files on a ticket, the oldest first."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL["of_ticket"], {"ticket_id": ticket_id}).fetchall()
    sealed = [(sealed_for.owner(row.household_id), row.name_sealed) for row in rows]
    names = sealing.open_(connection, _NAME, sealed)
    return [
        Attachment(row.id, row.at, row.actor, name or "", row.media_type, row.size)
        for row, name in zip(rows, names, strict=True)
    ]


def read(connection: Connection, ticket_id: int, attachment_id: int) -> File:
    """A file of a ticket; NotFoundError if there is none, or its household was erased."""
    asked = {"id": attachment_id, "ticket_id": ticket_id}
    row = connection.execute(_SQL["read"], asked).fetchone()
    if row is None:
        raise NotFoundError(f"ticket {ticket_id} has no file {attachment_id}")
    media_type, household_id, name_sealed, content_sealed = row
    owner = sealed_for.owner(household_id)  # type: ignore[arg-type]
    content = sealing.open_bytes(connection, owner, _CONTENT, content_sealed)  # type: ignore[arg-type]
    (name,) = sealing.open_(connection, _NAME, [(owner, name_sealed)])  # type: ignore[list-item]
    if content is None or name is None:
        raise NotFoundError(f"file {attachment_id} was erased with its household")
    return File(name, str(media_type), content)
