"""The letter that follows a ticket's move; the job that `follow_up.ask` queued.

It runs after the commit and looks at the ticket as it is then: of two quick moves only the second
is told, and a letter that is still held is taken back when it is not true any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.draft import Draft
from alerts.notices import notice
from devices import appliance
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import problem_of
from runtime.clock import Clock
from storage.pool import Connection, Pool
from tickets import lifecycle, ticket
from tickets.lifecycle import State
from tickets.routing import slots
from tickets.ticket import Ticket
from tickets.writing import addressee, drafting
from tickets.writing.addressee import Addressee
from tickets.writing.drafting import Matter

RATE_AFTER = timedelta(days=1)
"""Long enough to see whether it works again."""
APPOINTMENT = ("appointment", "moved")
AFTER = ("resolved", "rating")
COMING = frozenset({State.SCHEDULED, State.DISPATCHED, State.ON_SITE})


def write(
    pool: Pool,
    catalogue: Catalogue,
    clock: Clock,
    ticket_id: int,
    before: str,
    state: str,
    visit_before: str = "",
) -> int:
    """Write the letter that a move to `state` calls for; return how many notices were queued."""
    with pool.connection() as connection:
        found = ticket.get(connection, ticket_id)
        at = clock.now()
        _take_back(connection, found, at)
        reader = addressee.of_households(connection, [found.household_id]).get(found.household_id)
        if reader is None or (found.state != state and not _late_but_true(found, state)):
            return 0
        told = notice.occasions(connection, ticket_id)
        occasions = _occasions(State(before), State(state), told)
        was_at = datetime.fromisoformat(visit_before) if visit_before else found.visit_at
        times = _times(connection, catalogue, found, reader, at) if "slots" in occasions else []
        if "slots" in occasions and not times:
            return 0
        drafts = [
            _draft(connection, catalogue, found, reader, each, was_at, times) for each in occasions
        ]
        return len(notice.write(connection, drafts, at))


def _late_but_true(found: Ticket, state: str) -> bool:
    """Closed at once after it was resolved: that it was resolved still has to be told."""
    return state == State.RESOLVED and found.state == State.CLOSED


def _take_back(connection: Connection, found: Ticket, at: datetime) -> None:
    """Withhold what still waits and is overtaken by the ticket as it stands."""
    state = State(found.state)
    if state not in lifecycle.ENDED or state is State.CANCELLED:
        notice.withdraw(connection, found.id, AFTER, at, f"the ticket is {state}")
    if state is not State.DISPATCHED:
        notice.withdraw(connection, found.id, ("on_the_way",), at, f"the ticket is {state}")
    if state not in COMING:
        notice.withdraw(connection, found.id, APPOINTMENT, at, f"the ticket is {state}")
    if state is State.SCHEDULED:
        keep = [_key(found, occasion) for occasion in APPOINTMENT]
        notice.withdraw(connection, found.id, APPOINTMENT, at, "it was moved", keep=keep)
    if state is not State.WAITING_FOR_CUSTOMER:
        notice.withdraw(connection, found.id, ("slots", "question"), at, f"the ticket is {state}")


def _occasions(before: State, state: State, told: list[str]) -> tuple[str, ...]:
    """What to tell of a move, given what was told before."""
    visits = [each for each in told if each in {"appointment", "moved", "cancelled"}]
    promised = bool(visits) and visits[-1] != "cancelled"
    match state:
        case State.SCHEDULED:
            return ("moved",) if promised else ("appointment",)
        case State.DISPATCHED:
            return ("on_the_way",)
        case State.RESOLVED:
            return AFTER
        case State.WAITING_FOR_CUSTOMER if "question" not in told:
            return ("slots",)
        case State.TRIAGED | State.NEW | State.CANCELLED if promised and before in COMING:
            return ("cancelled",)
    return ()


def _times(
    connection: Connection,
    catalogue: Catalogue,
    found: Ticket,
    reader: Addressee,
    at: datetime,
) -> list[str]:
    """When somebody could come, in the reader's words."""
    free = slots.offer(connection, catalogue, found.id, at)
    return [f"{reader.weekday(each.begins_at)} {reader.arrival(each.begins_at)}" for each in free]


def _draft(
    connection: Connection,
    catalogue: Catalogue,
    found: Ticket,
    reader: Addressee,
    occasion: str,
    was_at: datetime | None,
    times: list[str],
) -> Draft:
    description = catalogue[found.type]
    visit_at = was_at if occasion == "cancelled" else found.visit_at
    matter = Matter(
        occasion,
        key=_key(found, occasion),
        about=f"ticket:{found.id}",
        ticket_id=found.id,
        trace=found.trace,
        wait=RATE_AFTER if occasion == "rating" else timedelta(),
    )
    return drafting.draft(
        connection,
        reader,
        appliance.by_ids(connection, [found.device_id])[found.device_id],
        description,
        matter,
        title=problem_of(description, found.problem).title.language(reader.language),
        ticket=found.id,
        technician=found.assignee or "",
        day=reader.weekday(visit_at) if visit_at else "",
        time=reader.arrival(visit_at) if visit_at else "",
        ended=found.state == State.CANCELLED,
        times=times,
    )


def _key(found: Ticket, occasion: str) -> str:
    """One letter for a version of the ticket; one rating, however often it is resolved."""
    return f"ticket:{found.id}:{occasion}" + ("" if occasion == "rating" else f":{found.version}")
