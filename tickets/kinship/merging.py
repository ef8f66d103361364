"""Merges a ticket into another one of the same appliance or household, and takes that back.

What the one held goes along: findings, what was said, notes, files, and tickets that it was the
parent of. It is cancelled, and what would join it later joins the other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from devices.catalogue.folder import Catalogue
from runtime.errors import ConflictError, InvalidError
from storage import event, lock, query
from storage.event import Event
from storage.pool import Connection
from tickets import move_check, ticket, weighing
from tickets.kinship import stakes
from tickets.kinship.stakes import Before
from tickets.lifecycle import OPEN, State
from tickets.sla import keeping
from tickets.ticket import Move, Ticket

_SQL = query.beside(__file__)
HELD = ("evidence", "interactions", "notes", "attachments", "children")
"""What goes along."""
UNDER_WAY = frozenset({State.DISPATCHED, State.ON_SITE})


@dataclass(frozen=True)
class Asked:
    """A change that concerns two tickets, with the versions of both that somebody saw."""

    ticket_id: int
    version: int
    other_id: int
    other_version: int
    actor: str


def merge(connection: Connection, asked: Asked, at: datetime) -> Ticket:
    """Merge `ticket_id` into `other_id`, in the caller's transaction; return the latter.

    ConflictError unless both are open, of one appliance or household, and as they were seen.
    """
    hold(connection, [asked.ticket_id, asked.other_id])
    one, other = (ticket.get(connection, each) for each in (asked.ticket_id, asked.other_id))
    _check(one, other)
    _check_versions(asked, one, other)
    was = stakes.before(connection, other.id)
    connection.execute(_SQL["point"], {"id": one.id, "into": other.id})
    note = f"merged into ticket {other.id}"
    ticket.move(connection, one.id, Move(State.CANCELLED, one.version, asked.actor, note=note), at)
    moved = move_along(connection, one.id, other.id)
    _log(connection, asked, at, {**moved, stakes.KEPT: was.written()})
    connection.execute(_SQL["take_over"], {"id": other.id, "from": one.id, "at": at})
    keeping.start(connection, [other.id])
    _tell(connection, "ticket.merged", other, {"from": one.id, "actor": asked.actor}, at)
    weighing.weigh(connection, [other.id], at)
    return ticket.get(connection, other.id)


def undo(
    connection: Connection,
    catalogue: Catalogue,
    ticket_id: int,
    version: int,
    actor: str,
    at: datetime,
) -> Ticket:
    """Take a merge back, in the caller's transaction: the ticket opens again with what was its own.

    Findings of its problem that came since are its own too, and the other is no worse than it
    would be without it. What has been split off the other since stays where it is. ConflictError
    if the ticket was not merged, or another one is open for its problem by now.
    """
    into = ticket.get(connection, ticket_id).merged_into
    if into is None:
        raise ConflictError(f"ticket {ticket_id} was not merged into any other")
    hold(connection, [ticket_id, into])
    one, other = ticket.get(connection, ticket_id), ticket.get(connection, into)
    if one.merged_into != into or one.version != version:
        raise move_check.stale(ticket_id)
    if other.merged_into is not None:
        raise ConflictError(
            f"ticket {other.id} was itself merged into ticket {other.merged_into}",
            hint="take that back first",
        )
    connection.execute(_SQL["point"], {"id": one.id, "into": None})
    note = f"taken back out of ticket {other.id}"
    ticket.move(connection, one.id, Move(State.REOPENED, version, actor, note=note), at)
    row = connection.execute(_SQL["undo"], {"id": one.id, "at": at, "actor": actor}).fetchall()[0]
    moved: dict[str, Any] = row[0]  # type: ignore[assignment]
    move_along(connection, other.id, one.id, only=moved)
    if stakes.KEPT in moved:
        was = Before.read(moved[stakes.KEPT])
        stakes.give_back(connection, catalogue, one.id, other.id, was)
    connection.execute(_SQL["touch"], {"id": other.id, "at": at})
    keeping.start(connection, [one.id, other.id])
    _tell(connection, "ticket.split", other, {"into": one.id, "actor": actor}, at)
    weighing.weigh(connection, [one.id, other.id], at)
    return ticket.get(connection, one.id)


def hold(connection: Connection, ticket_ids: Sequence[int]) -> None:
    """Let nobody open, join or change these tickets until the caller's transaction ends.

    Findings join under the lock of the alerts: without it, one could join a ticket whose
    findings have just been moved.
    """
    lock.acquire(connection, "alerts")
    connection.execute(_SQL["hold"], {"ids": sorted(ticket_ids)})


def move_along(
    connection: Connection,
    from_id: int,
    into_id: int,
    *,
    only: Mapping[str, Sequence[int]] | None = None,
) -> dict[str, list[int]]:
    """Move what a ticket holds to another; with `only`, no more than those; return what moved."""
    moved = {}
    for each in HELD:
        told = {
            "from": from_id,
            "into": into_id,
            "all": only is None,
            "ids": list(only.get(each, ())) if only else [],
        }
        rows = connection.execute(_SQL[f"move_{each}"], told).fetchall()
        moved[each] = sorted(int(str(row[0])) for row in rows)
    return moved


def _log(connection: Connection, asked: Asked, at: datetime, kept: Mapping[str, object]) -> None:
    told = {"id": asked.ticket_id, "into": asked.other_id, "at": at, "actor": asked.actor}
    connection.execute(_SQL["log"], told | {"moved": Jsonb(kept)})


def _check(one: Ticket, other: Ticket) -> None:
    if one.id == other.id:
        raise InvalidError("a ticket cannot be merged into itself", hint="name another one")
    for each in (one, other):
        if State(each.state) not in OPEN:
            raise ConflictError(
                f"ticket {each.id} is {each.state}", hint="only open tickets can be merged"
            )
    if State(one.state) in UNDER_WAY:
        raise ConflictError(
            f"somebody is on the way for ticket {one.id}",
            hint=f"merge ticket {other.id} into it instead",
        )
    of_one_home = one.household_id is not None and one.household_id == other.household_id
    if one.device_id != other.device_id and not of_one_home:
        raise ConflictError(
            f"tickets {one.id} and {other.id} are of different appliances and customers",
            hint="give them a parent ticket instead",
        )


def _check_versions(asked: Asked, one: Ticket, other: Ticket) -> None:
    if one.version != asked.version:
        raise move_check.stale(one.id)
    if other.version != asked.other_version:
        raise move_check.stale(other.id)


def _tell(
    connection: Connection, kind: str, about: Ticket, facts: Mapping[str, object], at: datetime
) -> None:
    told = Event(kind, f"ticket:{about.id}", at, about.trace, about.region, facts)
    event.append(connection, [told])
