"""What a person has decided about a visit: who goes, when, or both. The routing keeps to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.rows import class_row

from customers.secrecy import sealing
from runtime.errors import InvalidError, NotFoundError
from storage import query
from storage.pool import Connection
from tickets.conversation import sealed_for
from tickets.routing import booking, errand, giving, technician
from tickets.routing.trail import Choice
from tickets.ticket import Ticket

_SQL = query.beside(__file__)
_PLACE = "pins.reason_sealed"


@dataclass(frozen=True)
class Pin:
    """What was decided about one ticket."""

    ticket_id: int
    technician: str | None
    begins_at: datetime | None
    confirmed: bool
    """The customer agreed to the visit as it is."""
    actor: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class _Row(Pin):
    household_id: int | None = None
    reason_sealed: bytes | None = None


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a visit; at least one of both, and why."""

    technician: str | None
    begins_at: datetime | None
    reason: str


def place(connection: Connection, found: Ticket, wish: Wish, actor: str, at: datetime) -> Ticket:
    """Pin a ticket's visit, in the caller's transaction.

    With technician and time the visit is set at once, even against skills and working hours: a
    person knows why. With one of both the next run finds the other. Raises ConflictError if the
    technician has another visit then or is away, NotFoundError for one of another region.
    """
    _check(connection, found, wish, at)
    owner = sealed_for.owner(found.household_id)
    (reason,) = sealing.seal(connection, owner, _PLACE, [wish.reason.strip()])
    told = {"ticket_id": found.id, "household_id": found.household_id, "reason_sealed": reason}
    connection.execute(_SQL["set"], {**vars(wish), **told, "actor": actor, "at": at})
    if wish.technician is None or wish.begins_at is None:
        errand.ask(connection)
        return found
    booking.hold_calendars(connection, [wish.technician])
    booking.check_free(connection, found, wish.technician, wish.begins_at, at)
    choice = Choice(wish.technician, wish.begins_at, at, "staff", by_human=True, actor=actor)
    return giving.give(connection, found.id, found.version, found.state, choice, wish.reason)


def _check(connection: Connection, found: Ticket, wish: Wish, at: datetime) -> None:
    if wish.technician is None and wish.begins_at is None:
        raise InvalidError("a pin needs a technician, a time, or both")
    if not wish.reason.strip():
        raise InvalidError("a pin needs a reason", hint="say why routing should not choose")
    if wish.begins_at is not None:
        booking.check_time(wish.begins_at, at)
    if wish.technician is None:
        return
    asked = technician.get(connection, wish.technician)
    if asked.region != found.region or not asked.active:
        raise NotFoundError(
            f"no technician {asked.name!r} works in the region of ticket {found.id}",
            hint=f"choose one of {found.region!r}",
        )


def confirm(connection: Connection, ticket_id: int, actor: str, at: datetime) -> None:
    """Note that the customer agrees to the visit as it is."""
    connection.execute(_SQL["confirm"], {"ticket_id": ticket_id, "actor": actor, "at": at})


def release(connection: Connection, ticket_id: int) -> bool:
    """Leave the ticket to the routing again; whether there was a pin."""
    gone = bool(connection.execute(_SQL["release"], {"ticket_id": ticket_id}).rowcount)
    if gone:
        errand.ask(connection)
    return gone


def of(connection: Connection, ticket_ids: Sequence[int]) -> dict[int, Pin]:
    """What was decided about each of these tickets."""
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL["of"], {"ticket_ids": list(ticket_ids)}).fetchall()
    sealed = [(sealed_for.owner(each.household_id), each.reason_sealed) for each in rows]
    reasons = sealing.open_(connection, _PLACE, sealed)
    return {
        each.ticket_id: replace(each, reason=reason or "")
        for each, reason in zip(rows, reasons, strict=True)
    }
