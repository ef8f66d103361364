"""What another system tells of a ticket: taken over in our words, or refused with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import query
from storage.pool import Connection
from tickets import ticket
from tickets.conversation import note
from tickets.lifecycle import State
from tickets.outside import link
from tickets.outside.mapping import Mappings, Outward
from tickets.routing import booking
from tickets.ticket import Move, Ticket

_SQL = query.beside(__file__)
ASSIGNABLE = frozenset({State.NEW, State.TRIAGED, State.REOPENED})
"""Where a new technician alone says what becomes of the ticket: it is triaged."""
MOST_AHEAD = timedelta(days=1)
"""By how much a clock elsewhere may be fast, or without its zone."""


@dataclass(frozen=True)
class Update:
    """What a system tells of one of its records."""

    system: str
    external_id: str
    ticket_id: int | None = None
    trace: UUID | None = None
    state: str | None = None
    """In that system's words if it has a mapping, else in ours."""
    note: str = ""
    assignee: str | None = None
    visit_at: datetime | None = None
    version: int | None = None
    """The ticket's, which the update is based on."""
    changed_at: datetime | None = None
    """When the record was changed there."""


@dataclass(frozen=True)
class Outcome:
    """The ticket afterwards, and whether it was moved."""

    ticket: Ticket
    moved: bool


def ticket_of(connection: Connection, update: Update) -> int:
    """Which ticket an update is about; all that it names must be the same one."""
    linked = link.ticket_id(connection, update.system, update.external_id)
    traced = _by_trace(connection, update.trace) if update.trace else None
    named = {each for each in (linked, traced, update.ticket_id) if each is not None}
    if not named:
        raise NotFoundError(
            f"no ticket is record {update.external_id!r} of {update.system}",
            hint="name `ticket_id` or `trace` once, and the two are linked",
        )
    if len(named) > 1:
        # Not which: one may be of a region that whoever asks may not see.
        raise ConflictError("the update names more than one ticket", hint="name one")
    return named.pop()


def apply(
    connection: Connection, mappings: Mappings, update: Update, actor: str, at: datetime
) -> Outcome:
    """Take an update over in the caller's transaction: all of it, or none with the reason."""
    ticket_id = ticket_of(connection, update)
    _hold_calendar(connection, update, ticket_id)
    connection.execute(_SQL["hold"], {"id": ticket_id})
    found = ticket.get(connection, ticket_id)
    if update.version is not None and update.version != found.version:
        raise ConflictError(
            f"ticket {found.id} is at version {found.version} and not {update.version}",
            hint="read it again, and repeat what still makes sense under a new key",
        )
    link.keep(connection, update.system, update.external_id, ticket_id)
    _check_order(connection, update, at)
    asked = _move(found, mappings.get(update.system), update, actor)
    moved = ticket.move(connection, ticket_id, asked, at) if asked else found
    if update.note.strip():
        note.add(connection, moved, update.note, actor, at)
    return Outcome(moved, asked is not None)


def _hold_calendar(connection: Connection, update: Update, ticket_id: int) -> None:
    """Hold the calendar of whoever goes before the ticket, in the order that routing keeps."""
    if update.assignee or update.visit_at:
        name = update.assignee or ticket.get(connection, ticket_id).assignee
        booking.hold_calendars(connection, [name] if name else [])


def _check_order(connection: Connection, update: Update, at: datetime) -> None:
    changed = update.changed_at
    if changed and changed > at + MOST_AHEAD:
        raise InvalidError(
            f"record {update.external_id!r} was changed in the future",
            hint="set the clock there right; `changed_at` would hold up every later change",
        )
    if changed and not link.seen(connection, update.system, update.external_id, changed):
        raise ConflictError(
            f"a newer change of record {update.external_id!r} came before this one",
            hint="send the record as it is now",
        )


def _move(found: Ticket, mapping: Outward | None, update: Update, actor: str) -> Move | None:
    """The change that the update asks for; None if the ticket is like that already."""
    current = State(found.state)
    state = _state(current, mapping, update)
    same = update.assignee in {None, found.assignee} and update.visit_at in {None, found.visit_at}
    if state is None:
        if same:
            return None
        state = _state_for_details(found, update)
    elif state is current and same:
        return None
    return Move(state, found.version, actor, update.assignee, update.visit_at, "")


def _state(current: State, mapping: Outward | None, update: Update) -> State | None:
    """The state that is asked for, in our words; None for the one that it is in."""
    if update.state is None:
        return None
    if mapping is None or mapping.inward is None:
        return _own_state(update.state)
    table = mapping.values.get(mapping.inward.told_as, {})
    if str(table.get(current)) == update.state:
        # What we told them ourselves: theirs are fewer words than ours.
        return None
    if update.state not in mapping.inward.states:
        known = ", ".join(sorted(mapping.inward.states))
        raise InvalidError(
            f"{update.system} knows no state {update.state!r}", hint=f"its mapping has {known}"
        )
    return mapping.inward.states[update.state]


def _own_state(name: str) -> State:
    try:
        return State(name)
    except ValueError as error:
        known = ", ".join(State)
        raise InvalidError(f"there is no state {name!r}", hint=f"there are {known}") from error


def _state_for_details(found: Ticket, update: Update) -> State:
    if update.visit_at is not None:
        return State.SCHEDULED
    if State(found.state) in ASSIGNABLE:
        return State.TRIAGED
    raise InvalidError(
        f"a ticket that is {found.state} is not given to somebody else by itself",
        hint="give the `state` that it shall have too",
    )


def _by_trace(connection: Connection, trace: UUID) -> int:
    row = connection.execute(_SQL["by_trace"], {"trace": trace}).fetchone()
    if row is None:
        raise NotFoundError(f"no ticket has the trace {trace}")
    return int(str(row[0]))
