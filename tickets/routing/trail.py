"""Who set each visit, and why so: one row each time, whoever did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from storage import query
from storage.pool import Connection
from tickets import lifecycle
from tickets.lifecycle import State
from tickets.routing import errand

if TYPE_CHECKING:
    from tickets.ticket import Move, Ticket

_SQL = query.beside(__file__)
By = Literal["routing", "customer", "staff"]


@dataclass(frozen=True)
class Choice:
    """That somebody or something set a visit."""

    technician: str
    begins_at: datetime
    at: datetime
    chosen_by: By
    by_human: bool
    """The desk had to decide."""
    actor: str
    run_id: int | None = None
    reasons: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True)
class Share:
    """How many tickets were given a visit, and for how many a person chose."""

    tickets: int
    by_human: int

    @property
    def without_human(self) -> float | None:
        """The share that needed nobody; None without tickets."""
        return 1 - self.by_human / self.tickets if self.tickets else None


def record(connection: Connection, ticket_id: int, choice: Choice) -> None:
    """Write a choice down, before the ticket is moved, in the caller's transaction."""
    told = {**vars(choice), "ticket_id": ticket_id, "reasons": Jsonb(dict(choice.reasons))}
    connection.execute(_SQL["record"], told)


def follow(
    connection: Connection, before: Ticket, after: Ticket, asked: Move, at: datetime
) -> None:
    """Note a visit that a person set by hand; where time became free, let others be routed."""
    if after.state == State.SCHEDULED:
        _follow_visit(connection, before, after, asked, at)
        return
    left = before.state in lifecycle.WITH_VISIT and after.state not in lifecycle.WITH_VISIT
    if left or after.state in {State.TRIAGED, State.REOPENED}:
        errand.ask(connection)


def _follow_visit(
    connection: Connection, before: Ticket, after: Ticket, asked: Move, at: datetime
) -> None:
    if after.assignee is None or after.visit_at is None:
        return
    start = {"technician": after.assignee, "begins_at": after.visit_at}
    if before.visit_at != after.visit_at:
        connection.execute(_SQL["unconfirm"], {"ticket_id": after.id})
    row = connection.execute(_SQL["told"], {"ticket_id": after.id, "at": at, **start}).fetchone()
    if row is None or not row[0]:
        choice = Choice(
            after.assignee,
            after.visit_at,
            at,
            chosen_by="staff",
            by_human=True,
            actor=asked.actor,
        )
        record(connection, after.id, choice)
        errand.ask(connection)
    connection.execute(_SQL["place"], {"ticket_id": after.id})


def of_ticket(connection: Connection, ticket_id: int) -> list[Choice]:
    """Every choice for a ticket, the first first."""
    with connection.cursor(row_factory=class_row(Choice)) as cursor:
        return cursor.execute(_SQL["of_ticket"], {"ticket_id": ticket_id}).fetchall()


def latest(connection: Connection, ticket_ids: Sequence[int]) -> dict[int, Choice]:
    """The last choice for each ticket."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["latest"], {"ticket_ids": list(ticket_ids)}).fetchall()
    return {row.pop("ticket_id"): Choice(**row) for row in rows}


def share(
    connection: Connection, since: datetime, until: datetime, region: str | None = None
) -> Share:
    """Of the tickets that were given a visit in a span, how many needed a person."""
    asked = {"since": since, "until": until, "region": region}
    with connection.cursor(row_factory=class_row(Share)) as cursor:
        return cursor.execute(_SQL["share"], asked).fetchall()[0]
