"""Whether a person may give a technician a visit: on record here, not away, at no other one.

Skills and working hours are theirs to override: a person knows why. Two visits at once, or one on
a day off sick, are nobody's wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from runtime.errors import ConflictError, InvalidError
from storage import lock
from storage.pool import Connection
from tickets import lifecycle
from tickets.lifecycle import State
from tickets.routing import absence, openings, service_region, supply, technician
from tickets.routing.calendar import Span
from tickets.routing.technician import Technician
from tickets.visits import visit
from tickets.visits.visit import LENGTH, Visit

if TYPE_CHECKING:
    from tickets.ticket import Move, Ticket

FILLING_IN = timedelta(minutes=15)
"""A form tells whole minutes and takes a while; a visit that begins now is none of the past."""
TOLD = 3
"""Free times that somebody is told of."""
NAMED = 5
"""Technicians that somebody is told of."""


def hold_calendars(connection: Connection, technicians: Sequence[str]) -> None:
    """Let nobody else give these technicians visits until the caller's transaction ends.

    Always taken before tickets are changed, and by name, so that two wait for each other in one
    order only.
    """
    for name in sorted(technicians):
        lock.acquire(connection, f"calendar:{name}")


def check_move(connection: Connection, found: Ticket, asked: Move, now: datetime) -> None:
    """Hold the calendar of whoever is given a visit by this move, and see that it has room.

    Raises InvalidError for a time that is past and for nobody of the region, ConflictError for
    two visits at once and for an absence. A visit that stays as it is, is nobody's business.
    """
    if asked.calendar_held or asked.state not in lifecycle.WITH_VISIT:
        return
    name, begins_at = asked.assignee or found.assignee, asked.visit_at or found.visit_at
    known = found.state in lifecycle.WITH_VISIT
    if name is None or begins_at is None:
        return
    if known and (name, begins_at) == (found.assignee, found.visit_at):
        return
    if asked.state is State.SCHEDULED and begins_at != found.visit_at:
        check_time(begins_at, now)
    if name != found.assignee or not known:
        _check_technician(connection, found, name)
    hold_calendars(connection, [name])
    check_free(connection, found, name, begins_at, now)


def check_time(begins_at: datetime, now: datetime) -> None:
    """Raise InvalidError for a visit that would begin in the past."""
    if begins_at < now - FILLING_IN:
        raise InvalidError(
            "a visit cannot begin in the past",
            hint=f"give a time to come: it is {_told(now)} UTC now",
        )


def _check_technician(connection: Connection, found: Ticket, name: str) -> None:
    """Where technicians are on record, it has to be one of them; else any name will do."""
    here = technician.of_region(connection, found.region)
    known = technician.named(connection, [name])
    if name in {each.name for each in here} or not (here or known):
        return
    names = [each.name for each in here]
    told = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    raise InvalidError(
        f"no technician {name!r} works in the region of ticket {found.id}",
        hint=f"of {found.region!r} are: {told}" if names else "put technicians on record there",
    )


def check_free(
    connection: Connection, found: Ticket, name: str, begins_at: datetime, now: datetime
) -> None:
    """Raise ConflictError, with the next free times, where the technician cannot be at a ticket.

    The caller holds the technician's calendar.
    """
    ends_at = begins_at + LENGTH
    others = _others(connection, found.id, name, begins_at, ends_at)
    if others:
        raise ConflictError(
            f"{name} is {_at(others[0], found)} then, from {_told(others[0].begins_at)} to "
            f"{others[0].ends_at:%H:%M} UTC",
            hint=_free_times(connection, found, name, max(begins_at, now)),
        )
    away = absence.between(connection, [name], begins_at, ends_at)
    if away:
        raise ConflictError(
            f"{name} is away then, until {_told(max(each.ends_at for each in away))} UTC",
            hint=_free_times(connection, found, name, max(begins_at, now)),
        )


def _others(
    connection: Connection, ticket_id: int, name: str, since: datetime, until: datetime
) -> list[Visit]:
    found = visit.calendar(connection, [name], since, until)
    return [each for each in found if each.live and each.ticket_id != ticket_id]


def _at(other: Visit, found: Ticket) -> str:
    """Where the technician is; the ticket of another region is not told."""
    return f"at ticket {other.ticket_id}" if other.region == found.region else "at another visit"


def _free_times(connection: Connection, found: Ticket, name: str, since: datetime) -> str:
    for known in technician.named(connection, [name]):
        begins = islice(_openings(connection, found, known, since), TOLD)
        told = ", ".join(f"{_told(each)} UTC" for each in begins)
        if told:
            return f"next free: {told}; or choose another technician"
    return "choose another time or technician"


def _openings(
    connection: Connection, found: Ticket, known: Technician, since: datetime
) -> Sequence[datetime]:
    until = since + timedelta(days=supply.HORIZON_DAYS)
    region = service_region.of(connection, known.region)
    visits = _others(connection, found.id, known.name, since, until)
    away = absence.between(connection, [known.name], since, until)
    taken = [*(Span(each.begins_at, each.ends_at) for each in visits), *away]
    closed = supply.days_off(connection, region)
    free = openings.of(known, taken, closed, since, supply.HORIZON_DAYS)
    return [each.begins_at for each in free]


def _told(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
