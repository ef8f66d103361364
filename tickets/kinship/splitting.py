"""Splits a ticket: some of what it holds becomes a ticket of another problem of the appliance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from devices.catalogue.appliance_type import ApplianceType, Problem, Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import SHARED, has_problem, problem_of
from runtime.errors import ConflictError, InvalidError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets import move_check, one_open, ticket, weighing
from tickets.kinship import merging
from tickets.lifecycle import OPEN, State
from tickets.one_open import Wanted
from tickets.sla import keeping
from tickets.ticket import Ticket

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Split:
    """What is to become a ticket of `problem`; `version` is that of the ticket that somebody saw.

    Ids of alert changes, interactions, notes and attachments.
    """

    problem: str
    version: int
    actor: str
    evidence: Sequence[int] = ()
    interactions: Sequence[int] = ()
    notes: Sequence[int] = ()
    attachments: Sequence[int] = ()


def split(
    connection: Connection, catalogue: Catalogue, ticket_id: int, asked: Split, at: datetime
) -> Ticket:
    """Split a ticket in the caller's transaction; return the new one.

    InvalidError for a problem that the type does not have, or what the ticket does not hold;
    ConflictError if that problem has an open ticket, or the ticket changed or has ended.
    """
    merging.hold(connection, [ticket_id])
    source = ticket.get(connection, ticket_id)
    problem = _problem(catalogue.get(source.type), source, asked)
    _check(connection, source, asked)
    (made,) = one_open.ensure(connection, [_wanted(connection, source, problem, asked, at)])
    _move(connection, source, made.id, asked)
    told = {"id": made.id, "household_id": source.household_id, "parent_id": source.parent_id}
    connection.execute(_SQL["inherit"], told)
    _reckon(connection, catalogue, source, at)
    facts = {"into": made.id, "actor": asked.actor}
    done = Event("ticket.split", f"ticket:{source.id}", at, source.trace, source.region, facts)
    event.append(connection, [done])
    weighing.weigh(connection, [source.id, made.id], at)
    return ticket.get(connection, made.id)


def _problem(description: ApplianceType | None, source: Ticket, asked: Split) -> Problem:
    if description is None or not has_problem(description, asked.problem):
        known = sorted([*description.problems, *SHARED]) if description else []
        raise InvalidError(
            f"a {source.type} has no problem {asked.problem!r}", hint=f"one of: {', '.join(known)}"
        )
    if asked.problem == source.problem:
        raise InvalidError("that is the problem of the ticket itself", hint="name another one")
    return problem_of(description, asked.problem)


def _check(connection: Connection, source: Ticket, asked: Split) -> None:
    if source.version != asked.version:
        raise move_check.stale(source.id)
    if State(source.state) not in OPEN:
        raise ConflictError(f"ticket {source.id} is {source.state}", hint="reopen it first")
    if not (asked.evidence or asked.interactions or asked.notes or asked.attachments):
        raise InvalidError("nothing was chosen", hint="name what shall go to the new ticket")
    other = one_open.open_of(connection, source.device_id, asked.problem)
    if other == source.id:
        raise ConflictError(
            f"a ticket of {asked.problem} was merged into ticket {source.id}",
            hint="take that merge back instead",
        )
    if other is not None:
        raise ConflictError(
            f"ticket {other} is open for {asked.problem} of {source.serial}",
            hint="work on that one, or merge the two",
        )


def _wanted(
    connection: Connection, source: Ticket, problem: Problem, asked: Split, at: datetime
) -> Wanted:
    told = {"ids": list(asked.evidence)}
    rows = connection.execute(_SQL["seen"], told).fetchall()
    seen = [Severity(str(severity)) for severity, _ in rows]
    worst = max([*seen] or [problem.severity], key=lambda each: each.rank)
    return Wanted(
        device_id=source.device_id,
        problem=asked.problem,
        severity=Severity.CRITICAL if problem.safety else worst,
        safety=problem.safety,
        at=at,
        trace=UUID(str(rows[0][1])) if rows else source.trace,
        origin="staff",
        at_stake=problem.at_stake,
        actor=asked.actor,
    )


def _move(connection: Connection, source: Ticket, into_id: int, asked: Split) -> None:
    only = {
        "evidence": asked.evidence,
        "interactions": asked.interactions,
        "notes": asked.notes,
        "attachments": asked.attachments,
    }
    moved = merging.move_along(connection, source.id, into_id, only=only)
    for kind, ids in only.items():
        strange = sorted(set(ids) - set(moved[kind]))
        if strange:
            raise InvalidError(
                f"ticket {source.id} does not hold {kind} {', '.join(map(str, strange))}",
                hint="load it again",
            )


def _reckon(connection: Connection, catalogue: Catalogue, source: Ticket, at: datetime) -> None:
    """How bad the ticket is by what is left of it: what went may have been the worst."""
    description = catalogue.get(source.type)
    if description is None or not has_problem(description, source.problem):
        return
    problem = problem_of(description, source.problem)
    rows = connection.execute(_SQL["left"], {"id": source.id}).fetchall()
    left = [Severity(str(row[0])) for row in rows] or [problem.severity]
    worst = Severity.CRITICAL if problem.safety else max(left, key=lambda each: each.rank)
    told = {"id": source.id, "severity": worst, "safety": problem.safety, "at": at}
    connection.execute(_SQL["reckon"], told | {"at_stake": problem.at_stake})
    keeping.start(connection, [source.id])
