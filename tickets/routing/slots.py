"""Times that a customer can choose from: each is real, and given to one customer only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from devices.catalogue.folder import Catalogue
from runtime.errors import ConflictError, InvalidError
from storage.pool import Connection
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import booking, cost, demand, giving, pin, service_region, supply
from tickets.routing.case import Case, Opening, Start
from tickets.routing.plan import Plan
from tickets.routing.trail import By, Choice
from tickets.routing.wanting import Wanting
from tickets.ticket import Ticket

USUAL = 6
MOST_A_DAY = 2
"""So that there are several days to choose from."""
PENDING = frozenset(
    {State.NEW, State.TRIAGED, State.WAITING_FOR_CUSTOMER, State.SCHEDULED, State.REOPENED}
)
"""States in which a visit can still be chosen."""


@dataclass(frozen=True)
class Slot:
    """A time at which somebody can come."""

    begins_at: datetime
    ends_at: datetime
    technician: str

    def key(self) -> str:
        """The slot as a form carries it."""
        return f"{self.begins_at.astimezone(UTC):%Y%m%dT%H%M%SZ}~{self.technician}"

    @property
    def start(self) -> Start:
        """Whose and when."""
        return Start(self.technician, self.begins_at)


def parse(key: str) -> Start:
    """Whose and when a slot is that a form sent; InvalidError for what is none."""
    at, divider, technician = key.partition("~")
    try:
        begins_at = datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        divider = ""
    if not (divider and technician):
        raise InvalidError("this is no time to choose", hint="choose one of those that are offered")
    return Start(technician, begins_at)


def offer(
    connection: Connection,
    catalogue: Catalogue,
    ticket_id: int,
    now: datetime,
    count: int = USUAL,
) -> list[Slot]:
    """Up to `count` times for a ticket's visit, in order of time; none if nobody can come.

    The first possible one is always there; the others are those that cost least, at most two a
    day, and none is the one that is set.
    """
    free = _free(connection, catalogue, ticket.get(connection, ticket_id), now)
    first = min(free, key=lambda each: (each.begins_at, each.technician), default=None)
    by_day: Counter[date] = Counter()
    chosen: dict[datetime, Opening] = {}
    for each in [*([first] if first else []), *free]:
        if each.begins_at not in chosen and by_day[each.day] < MOST_A_DAY and len(chosen) < count:
            chosen[each.begins_at] = each
            by_day[each.day] += 1
    return [
        Slot(each.begins_at, each.ends_at, each.technician) for _, each in sorted(chosen.items())
    ]


def book(
    connection: Connection,
    catalogue: Catalogue,
    ticket_id: int,
    slot: Slot | Start,
    actor: str,
    at: datetime,
    *,
    chosen_by: By = "customer",
) -> Ticket:
    """Give a ticket the time that was chosen, in the caller's transaction.

    Raises ConflictError, with what is still free, if somebody else has it; the same choice again
    changes nothing. Routing does not move a visit that was chosen.
    """
    booking.hold_calendars(connection, [slot.technician])
    found = ticket.get(connection, ticket_id)
    if found.state not in PENDING:
        raise ConflictError(
            f"ticket {ticket_id} is {found.state}: its visit cannot be chosen any more",
            hint="call the service desk",
        )
    start = Start(slot.technician, slot.begins_at)
    if found.state != State.SCHEDULED or Start(found.assignee or "", found.visit_at or at) != start:
        if start not in {each.start for each in _free(connection, catalogue, found, at)}:
            raise _taken(connection, catalogue, ticket_id, at)
        staff = chosen_by == "staff"
        choice = Choice(slot.technician, slot.begins_at, at, chosen_by, staff, actor)
        found = giving.give(connection, found.id, found.version, found.state, choice, "")
    pin.confirm(connection, ticket_id, actor, at)
    return found


def confirm(connection: Connection, ticket_id: int, actor: str, at: datetime) -> None:
    """Let the visit stay as it is; ConflictError if none is set."""
    found = ticket.get(connection, ticket_id)
    if found.assignee is not None:
        booking.hold_calendars(connection, [found.assignee])
        found = ticket.get(connection, ticket_id)
    if found.state != State.SCHEDULED:
        raise ConflictError(
            f"ticket {ticket_id} has no appointment to confirm", hint="choose a time first"
        )
    pin.confirm(connection, ticket_id, actor, at)


def _taken(
    connection: Connection, catalogue: Catalogue, ticket_id: int, now: datetime
) -> ConflictError:
    fresh = offer(connection, catalogue, ticket_id, now)
    told = ", ".join(f"{each.begins_at:%Y-%m-%d %H:%M} UTC" for each in fresh)
    return ConflictError(
        "this time was just taken, or is no longer possible",
        hint=f"still free: {told}" if told else "no other time is free; call the service desk",
    )


def _free(
    connection: Connection, catalogue: Catalogue, found: Ticket, now: datetime
) -> list[Opening]:
    """Openings that fit a ticket, the cheapest first."""
    for wanting in demand.of_region(connection, found.region, found.id):
        return list(_fitting(connection, catalogue, found, wanting, now))
    return []


def _fitting(
    connection: Connection, catalogue: Catalogue, found: Ticket, wanting: Wanting, now: datetime
) -> Iterable[Opening]:
    region = service_region.of(connection, found.region)
    there = supply.of_region(connection, catalogue, region, now, {found.id})
    (job,) = demand.jobs(connection, catalogue, [wanting], there.elsewhere, now)
    # Whom a person has pinned still goes; the time is the customer's to choose.
    asked = replace(job, only_at=None, now_at=None)
    case = Case(found.region, now, (asked,), there.crew, there.openings, there.booked)
    plan = Plan(case, cost.of(case))
    priced = [(plan.price(0, place), place) for place in range(len(case.openings))]
    for price, place in sorted(priced):
        opening = case.openings[place]
        if price < float("inf") and opening.start != wanting.visit:
            yield opening
