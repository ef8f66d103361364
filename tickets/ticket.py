"""Tickets: what a person must do about a problem of an appliance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from alerts.evidence import Evidence
from customers import household
from runtime.errors import NotFoundError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets import lifecycle, move_check, step, weighing
from tickets.lifecycle import State
from tickets.routing import booking, trail
from tickets.sla import keeping
from tickets.step import Step
from tickets.visits import visit
from tickets.writing import follow_up

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
    origin: str
    priority: float
    """What comes first: above 1000 where people are in danger; see `tickets.priority`."""
    priority_reasons: Sequence[Mapping[str, Any]]
    merged_into: int | None
    """The ticket that took over what this one held."""
    parent_id: int | None
    """The ticket of the trouble that this one is a part of."""
    household_name: str | None = None


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
    calendar_held: bool = False
    """Whoever asks holds the technician's calendar, and has seen that they are free then."""


def get(connection: Connection, ticket_id: int) -> Ticket:
    """One ticket; NotFoundError if there is none."""
    found = _tickets(connection, "get", id=ticket_id)
    if not found:
        raise NotFoundError(f"there is no ticket {ticket_id}")
    return found[0]


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
    return _tickets(
        connection,
        "page",
        before_id=before_id,
        limit=limit,
        open_only=open_only,
        state=state,
        device_id=device_id,
        household_id=household_id,
        region=region,
    )


def queue(connection: Connection, *, limit: int = 200, region: str | None = None) -> list[Ticket]:
    """The open tickets a dispatcher works through: by priority, then age."""
    return _tickets(connection, "queue", limit=limit, region=region)


def children(connection: Connection, ticket_id: int) -> list[Ticket]:
    """The tickets that have this one as their parent, or were merged into it, by id."""
    return _tickets(connection, "children", id=ticket_id)


def _tickets(connection: Connection, block: str, **asked: object) -> list[Ticket]:
    with connection.cursor(row_factory=class_row(Ticket)) as cursor:
        return named(connection, cursor.execute(_SQL[block], asked).fetchall())


def named(connection: Connection, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Give the tickets with the names of their households."""
    ids = {each.household_id for each in tickets if each.household_id is not None}
    names = household.names(connection, ids)
    return [replace(each, household_name=names.get(each.household_id or 0)) for each in tickets]


def counts(connection: Connection) -> dict[str, int]:
    """How many tickets are in each state."""
    rows = connection.execute(_SQL["counts"]).fetchall()
    return {str(state): int(str(number)) for state, number in rows}


def history(connection: Connection, ticket_id: int) -> list[Step]:
    """Every change of the ticket's state, oldest first."""
    return step.of_ticket(connection, ticket_id)


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
    a time is missing or cannot be, ConflictError when somebody else changed the ticket since or
    the technician is elsewhere then.
    """
    ticket = get(connection, ticket_id)
    lifecycle.check(State(ticket.state), asked.state)
    move_check.check_details(ticket, asked)
    move_check.check_alone(connection, ticket, asked.state)
    visit.check(connection, ticket, asked.state)
    booking.check_move(connection, ticket, asked, at)
    _change(connection, ticket, asked, at)
    if asked.state is State.REOPENED:
        weighing.weigh(connection, [ticket_id], at)
    after = get(connection, ticket_id)
    event.append(connection, [_event(ticket, after, at)])
    visit.follow(connection, ticket, after, at)
    follow_up.ask(connection, ticket, after)
    keeping.follow(connection, ticket, after, at)
    trail.follow(connection, ticket, after, asked, at)
    return after


def _change(connection: Connection, ticket: Ticket, asked: Move, at: datetime) -> None:
    told = {
        "id": ticket.id,
        "version": asked.version,
        "state": asked.state,
        "assignee": asked.assignee,
        "visit_at": asked.visit_at,
        "unassign": asked.state is State.NEW,
        "unschedule": asked.state in lifecycle.WITHOUT_VISIT,
        "before": ticket.state,
        "actor": asked.actor,
        "note": asked.note if asked.actor == step.HOUSE else "",
        "note_sealed": step.sealed_note(connection, ticket.household_id, asked.actor, asked.note),
        "at": at,
    }
    try:
        with connection.transaction():
            changed = connection.execute(_SQL["move"], told).rowcount
    except UniqueViolation as error:
        raise move_check.other_open(ticket) from error
    if not changed:
        raise move_check.stale(ticket.id)


def _event(before: Ticket, after: Ticket, at: datetime) -> Event:
    facts = {"state_before": before.state, "version": after.version}
    if after.assignee:
        facts["assignee"] = after.assignee
    if after.visit_at:
        facts["visit_at"] = after.visit_at.isoformat()
    if after.merged_into:
        facts["merged_into"] = after.merged_into
    subject = f"ticket:{after.id}"
    return Event(f"ticket.{after.state}", subject, at, after.trace, after.region, facts)


def of_alert_changes(connection: Connection, alert_change_ids: Sequence[int]) -> dict[int, int]:
    """The ticket that each alert change belongs to."""
    rows = connection.execute(_SQL["of_alert_changes"], {"ids": list(alert_change_ids)}).fetchall()
    return {int(str(change)): int(str(ticket)) for change, ticket in rows}
