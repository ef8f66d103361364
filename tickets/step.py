"""The changes of a ticket's state, each with what was noted; the note is sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from customers.secrecy import sealing
from storage import query
from storage.pool import Connection
from tickets.conversation import sealed_for

_SQL = query.beside(__file__)
HOUSE = "hearthwatch"
"""The actor of what no person did: its notes are words of ours and name nobody."""
_PLACE = "ticket_changes.note_sealed"


@dataclass(frozen=True)
class Step:
    """A change of a ticket's state."""

    at: datetime
    actor: str
    state_before: str | None
    state_after: str
    note: str


@dataclass(frozen=True)
class _Row(Step):
    household_id: int | None
    note_sealed: bytes | None


def of_ticket(connection: Connection, ticket_id: int) -> list[Step]:
    """Every change of the ticket's state, oldest first."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL["of_ticket"], {"id": ticket_id}).fetchall()
    sealed = [(sealed_for.owner(row.household_id), row.note_sealed) for row in rows]
    notes = sealing.open_(connection, _PLACE, sealed)
    return [
        Step(row.at, row.actor, row.state_before, row.state_after, note or row.note)
        for row, note in zip(rows, notes, strict=True)
    ]


def sealed_note(
    connection: Connection, household_id: int | None, actor: str, note: str
) -> bytes | None:
    """What is kept of what a person noted; None where nothing was, or by the house itself."""
    if actor == HOUSE or not note.strip():
        return None
    owner = sealed_for.owner(household_id)
    return sealing.seal_bytes(connection, owner, _PLACE, note.strip().encode())
