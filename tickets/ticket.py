"""Tickets: what a person must do about a problem of an appliance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from psycopg.rows import class_row

from alerts.evidence import Evidence
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets import lifecycle
from tickets.lifecycle import State

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Ticket:
    """A ticket with the names that a reader needs."""

    id: int
    device_id: int
    serial: str
    type: str
    model: str
    region: str
    household_id: int | None
    household_name: str | None
    tier: str | None
    problem: str
    state: str
    severity: str
    safety: bool
    assignee: str | None
    visit_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    version: int
    findings: int
    """How many findings opened or joined it."""
    trace: UUID
    """One id from the reading to the verdict."""


@dataclass(frozen=True)
class Step:
    """A change of a ticket's state."""

    at: datetime
    actor: str
    state_before: str | None
    state_after: str
    note: str


@dataclass(frozen=True)
class Proof:
    """A finding that opened or joined a ticket."""

    alert_change_id: int
    alert_id: int
    at: datetime
    change: str
    signal: str
    severity: str
    evidence: Evidence


@dataclass(frozen=True)
class Move:
    """A change that somebody asks for; `version` is the one they saw."""

    state: State
    version: int
    actor: str
    assignee: str | None = None
    visit_at: datetime | None = None
    note: str = ""


def get(connection: Connection, ticket_id: int) -> Ticket:
    """One ticket; NotFoundError if there is none."""
    with connection.cursor(row_factory=class_row(Ticket)) as cursor:
        found = cursor.execute(_SQL["get"], {"id": ticket_id}).fetchone()
    if found is None:
        raise NotFoundError(f"there is no ticket {ticket_id}")
    return found


def page(
    connection: Connection,
    *,
    before_id: int | None = None,
    limit: int = 100,
    open_only: bool = False,
    state: State | None = None,
    device_id: int | None = None,
    household_id: int | None = None,
    region: str | None = None,
) -> list[Ticket]:
    """Up to `limit` tickets with an id below `before_id`, newest first; filtered where asked."""
    with connection.cursor(row_factory=class_row(Ticket)) as cursor:
        return cursor.execute(
            _SQL["page"],
            {
                "before_id": before_id,
                "limit": limit,
                "open_only": open_only,
                "state": state,
                "device_id": device_id,
                "household_id": household_id,
                "region": region,
            },
        ).fetchall()


def queue(connection: Connection, *, limit: int = 200, region: str | None = None) -> list[Ticket]:
    """The open tickets a dispatcher works through: safety, then severity, tier and age."""
    with connection.cursor(row_factory=class_row(Ticket)) as cursor:
        return cursor.execute(_SQL["queue"], {"limit": limit, "region": region}).fetchall()


def counts(connection: Connection) -> dict[str, int]:
    """How many tickets are in each state."""
    rows = connection.execute(_SQL["counts"]).fetchall()
    return {str(state): int(str(number)) for state, number in rows}


def history(connection: Connection, ticket_id: int) -> list[Step]:
    """Every change of the ticket's state, oldest first."""
    with connection.cursor(row_factory=class_row(Step)) as cursor:
        return cursor.execute(_SQL["history"], {"id": ticket_id}).fetchall()


def proofs(connection: Connection, ticket_id: int) -> list[Proof]:
    """What opened the ticket and joined it, oldest first."""
    rows = connection.execute(_SQL["proofs"], {"id": ticket_id}).fetchall()
    return [_proof(*row) for row in rows]


def _proof(*fields: object) -> Proof:
    names = ("alert_change_id", "alert_id", "at", "change", "signal", "severity", "evidence")
    return msgspec.convert(dict(zip(names, fields, strict=True)), Proof)


def move(connection: Connection, ticket_id: int, asked: Move, at: datetime) -> Ticket:
    """Change a ticket's state in the caller's transaction.

    Raises TransitionError for a change that makes no sense, InvalidError where a technician or
    a time is missing, ConflictError when somebody else changed the ticket since.
    """
    ticket = get(connection, ticket_id)
    lifecycle.check(State(ticket.state), asked.state)
    _check_details(ticket, asked)
    changed = connection.execute(
        _SQL["move"],
        {
            "id": ticket_id,
            "version": asked.version,
            "state": asked.state,
            "assignee": asked.assignee,
            "visit_at": asked.visit_at,
            "unassign": asked.state is State.NEW,
            "unschedule": asked.state in {State.NEW, State.TRIAGED},
            "before": ticket.state,
            "actor": asked.actor,
            "note": asked.note,
            "at": at,
        },
    ).rowcount
    if not changed:
        raise ConflictError(
            f"ticket {ticket_id} was changed by somebody else", hint="load it again and repeat"
        )
    after = get(connection, ticket_id)
    event.append(connection, [_event(ticket, after, at)])
    return after


def _event(before: Ticket, after: Ticket, at: datetime) -> Event:
    facts = {"state_before": before.state, "version": after.version}
    if after.assignee:
        facts["assignee"] = after.assignee
    if after.visit_at:
        facts["visit_at"] = after.visit_at.isoformat()
    subject = f"ticket:{after.id}"
    return Event(f"ticket.{after.state}", subject, at, after.trace, after.region, facts)


def _check_details(ticket: Ticket, asked: Move) -> None:
    if asked.state is State.TRIAGED and not (asked.assignee or ticket.assignee):
        raise InvalidError("a triaged ticket needs a technician", hint="give `assignee`")
    if asked.state is State.SCHEDULED and asked.visit_at is None:
        raise InvalidError("a scheduled ticket needs the time of the visit", hint="give `visit_at`")


def of_alert_changes(connection: Connection, alert_change_ids: Sequence[int]) -> dict[int, int]:
    """The ticket that each alert change belongs to."""
    rows = connection.execute(_SQL["of_alert_changes"], {"ids": list(alert_change_ids)}).fetchall()
    return {int(str(change)): int(str(ticket)) for change, ticket in rows}
