"""What training learns from a ticket, and which models have learned it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from models import shelf
from models.history import trouble
from models.history.trouble import Trouble
from models.version import Model
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
MEANINGS = {
    "confirmed": "fault",
    "no_fault_found": "healthy",
    "replaced": "spent",
    "could_not_reproduce": "unknown",
}
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lesson:
    """A label, as the history that training reads has it."""

    ticket_id: int
    at: datetime
    meaning: str
    """`fault`, `healthy`, `spent` for a consumable at its end, or `unknown`."""
    facts: Mapping[str, object]
    learned_by: Sequence[Model]
    """Models of the type that were fitted on a span that holds it."""


@dataclass(frozen=True)
class _Known:
    ticket_id: int
    type: str
    judged_at: datetime | None
    ended_at: datetime | None

    @property
    def at(self) -> datetime:
        """When it was known for good."""
        return max(each for each in (self.judged_at, self.ended_at) if each is not None)


def of_tickets(connection: Connection, ticket_ids: Sequence[int]) -> list[Lesson]:
    """The lesson of each of these tickets that was judged or has ended."""
    with connection.cursor(row_factory=class_row(_Known)) as cursor:
        known = cursor.execute(_SQL["known"], {"ticket_ids": list(ticket_ids)}).fetchall()
    return [lesson for each in known if (lesson := _lesson(connection, each)) is not None]


def _lesson(connection: Connection, known: _Known) -> Lesson | None:
    # The narrowest question to the history that has the ticket in its answer.
    told = trouble.of_type(connection, known.type, known.ended_at or known.at, known.at)
    found = next((each for each in told if each.ticket_id == known.ticket_id), None)
    if found is None:
        return None
    models = [each for each in shelf.versions(connection, known.type) if _holds(each, found)]
    meaning = MEANINGS.get(found.finding or "", UNKNOWN)
    return Lesson(known.ticket_id, known.at, meaning, _facts(found), models)


def _holds(model: Model, found: Trouble) -> bool:
    ended_at = found.ended_at
    return ended_at is not None and model.span_from <= found.began_at <= ended_at < model.span_until


def _facts(found: Trouble) -> dict[str, object]:
    facts = {
        "problem": found.problem,
        "finding": found.finding,
        "mode": found.mode,
        "consumable": found.consumable,
        "from": found.began_at.isoformat(),
        "until": found.ended_at.isoformat() if found.ended_at else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
