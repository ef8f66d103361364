"""What happened, one row an event, written in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Event:
    """Something that happened to a subject, such as `ticket:12`; nothing personal is in it."""

    kind: str
    """A noun and a past participle: `ticket.scheduled`, `notice.sent`."""
    subject: str
    at: datetime
    trace: UUID | None = None
    """The id that joins a reading, its alert, ticket, visit and verdict."""
    region: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Ids, states, times as ISO 8601 and numbers; what JSON can hold."""


def append(connection: Connection, events: Sequence[Event]) -> None:
    """Write down what happened, in the caller's transaction.

    Events of one subject keep their order if the caller holds its row when it appends.
    """
    if not events:
        return
    connection.execute(
        _SQL["append"],
        {
            "kinds": [each.kind for each in events],
            "subjects": [each.subject for each in events],
            "at": [each.at for each in events],
            "traces": [each.trace for each in events],
            "regions": [each.region for each in events],
            "facts": [Jsonb(dict(each.facts)) for each in events],
        },
    )


def of_subject(connection: Connection, subject: str) -> list[Event]:
    """Everything that happened to a subject, in order."""
    return _events(connection, "of_subject", subject)


def of_trace(connection: Connection, trace: UUID) -> list[Event]:
    """Everything that happened under one trace, in order of writing."""
    return _events(connection, "of_trace", trace)


def _events(connection: Connection, name: str, value: object) -> list[Event]:
    rows = connection.execute(_SQL[name], {"value": value}).fetchall()
    return [Event(*row) for row in rows]  # type: ignore[arg-type]
