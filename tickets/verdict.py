"""What somebody found who looked at the appliance: whether the ticket was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from psycopg.rows import class_row

from customers.secrecy import sealing
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.offline import OFFLINE
from runtime.errors import ConflictError, InvalidError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets.conversation import sealed_for
from tickets.lifecycle import State
from tickets.ticket import Ticket

_SQL = query.beside(__file__)
_PLACE = "ticket_verdicts.note_sealed"


class Finding(StrEnum):
    """What was found."""

    CONFIRMED = "confirmed"
    """The fault, of the mode named."""
    NO_FAULT_FOUND = "no_fault_found"
    REPLACED = "replaced"
    """The consumable named was at its end."""
    COULD_NOT_REPRODUCE = "could_not_reproduce"


@dataclass(frozen=True)
class Verdict:
    """One verdict; `mode` is a problem of the catalogue, `consumable` a consumable."""

    finding: Finding
    mode: str | None = None
    consumable: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Recorded:
    """A verdict, with who gave it and when."""

    ticket_id: int
    at: datetime
    actor: str
    finding: str
    mode: str | None
    consumable: str | None
    note: str
    visit_id: int | None = None
    """The visit at which it was found; None if nobody has been there."""


@dataclass(frozen=True, kw_only=True)
class _Sealed(Recorded):
    household_id: int | None
    note_sealed: bytes | None

    def opened(self, note: str | None) -> Recorded:
        """The verdict with its note; one of before notes were sealed has it already."""
        told = {each.name: getattr(self, each.name) for each in fields(Recorded)}
        return Recorded(**told | ({} if note is None else {"note": note}))


@dataclass(frozen=True)
class _Given:
    visit_id: int | None


@dataclass(frozen=True)
class Tally:
    """The last verdicts on tickets that a model's findings opened or joined."""

    model_id: int
    verdicts: int
    no_fault_found: int


def record(
    connection: Connection,
    ticket: Ticket,
    description: ApplianceType | None,
    verdict: Verdict,
    actor: str,
    at: datetime,
) -> Recorded:
    """Keep a verdict; a later one on the same ticket counts instead.

    InvalidError for a mode or a consumable that the catalogue does not have or that does not go
    with the finding; ConflictError while nobody has been given the ticket, and after another
    took it over.
    """
    if ticket.merged_into is not None:
        raise ConflictError(
            f"ticket {ticket.id} was merged into ticket {ticket.merged_into}",
            hint="give the verdict there",
        )
    if ticket.state == State.NEW:
        raise ConflictError(
            f"ticket {ticket.id} is new: nobody has looked at it", hint="assign it first"
        )
    _check_names(verdict, description)
    told = replace(verdict, note=verdict.note.strip())
    given = Recorded(ticket_id=ticket.id, at=at, actor=actor, **vars(told))
    kept = replace(given, visit_id=_keep(connection, ticket, given))
    event.append(connection, [_event(ticket, kept)])
    return kept


def _keep(connection: Connection, ticket: Ticket, given: Recorded) -> int | None:
    """Store a verdict, its note sealed; return the visit at which it was given."""
    owner, note = sealed_for.owner(ticket.household_id), given.note
    sealed = sealing.seal(connection, owner, _PLACE, [note])[0] if note else None
    with connection.cursor(row_factory=class_row(_Given)) as cursor:
        row = cursor.execute(_SQL["record"], vars(given) | {"note_sealed": sealed}).fetchall()[0]
    return row.visit_id


def _event(ticket: Ticket, kept: Recorded) -> Event:
    facts = {"finding": kept.finding, "mode": kept.mode, "consumable": kept.consumable}
    told = {name: value for name, value in facts.items() if value is not None}
    if kept.visit_id is not None:
        told["visit"] = str(kept.visit_id)
    subject = f"ticket:{ticket.id}"
    return Event("verdict.recorded", subject, kept.at, ticket.trace, ticket.region, told)


def last(connection: Connection, ticket_id: int) -> Recorded | None:
    """The verdict that counts; None if there is none."""
    return next(iter(history(connection, ticket_id)), None)


def history(connection: Connection, ticket_id: int) -> list[Recorded]:
    """List every verdict on a ticket, the one that counts first."""
    return _opened(connection, "of_ticket", ticket_id=ticket_id)


def of_visit(connection: Connection, visit_id: int) -> Recorded | None:
    """The verdict that counts of those given at a visit; None if there is none."""
    return next(iter(_opened(connection, "of_visit", visit_id=visit_id)), None)


def _opened(connection: Connection, block: str, **asked: int) -> list[Recorded]:
    with connection.cursor(row_factory=class_row(_Sealed)) as cursor:
        rows = cursor.execute(_SQL[block], asked).fetchall()
    sealed = [(sealed_for.owner(row.household_id), row.note_sealed) for row in rows]
    notes = sealing.open_(connection, _PLACE, sealed)
    return [row.opened(note) for row, note in zip(rows, notes, strict=True)]


def tallies(connection: Connection, model_ids: Sequence[int]) -> dict[int, Tally]:
    """Count the verdicts of each of these models; one without any has a tally of zeros."""
    with connection.cursor(row_factory=class_row(Tally)) as cursor:
        found = cursor.execute(_SQL["tallies"], {"model_ids": list(model_ids)}).fetchall()
    return {each.model_id: each for each in found}


def _check_names(verdict: Verdict, description: ApplianceType | None) -> None:
    if (verdict.finding == Finding.CONFIRMED) != (verdict.mode is not None):
        raise InvalidError("`mode` says which fault was confirmed, and goes with `confirmed` only")
    if (verdict.finding == Finding.REPLACED) != (verdict.consumable is not None):
        raise InvalidError("`consumable` says what was replaced, and goes with `replaced` only")
    if description is None:
        return
    if verdict.mode is not None:
        _check_known("problem", verdict.mode, [*description.problems, OFFLINE])
    if verdict.consumable is not None:
        _check_known("consumable", verdict.consumable, list(description.consumables))


def _check_known(kind: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        choice = ", ".join(known) or "there is none"
        raise InvalidError(f"the catalogue has no {kind} {name!r}", hint=f"one of: {choice}")
