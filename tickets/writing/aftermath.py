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
from runtime.clock import Clock
from storage.pool import Connection, Pool
from tickets import lifecycle, ticket
from tickets.lifecycle import State
from tickets.routing import slots
from tickets.ticket import Ticket
from tickets.visits import visit
from tickets.writing import addressee, drafting, naming, standing, told_time
from tickets.writing.addressee import Addressee
from tickets.writing.drafting import Matter

RATE_AFTER = timedelta(days=1)
"""Long enough to see whether it works again."""
APPOINTMENT = ("appointment", "moved")
AFTER = ("resolved", "rating")
PLANNED = frozenset({State.SCHEDULED, State.DISPATCHED})


def write(
    pool: Pool,
    catalogue: Catalogue,
    clock: Clock,
    ticket_id: int,
    before: str,
    state: str,
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
        promised = _is_promised(connection, found, told)
        occasions = [
            each
            for each in _occasions(State(before), State(state), told, promised=promised)
            if _is_to_tell(connection, catalogue, found, each, at)
        ]
        drafts = [draft(connection, catalogue, found, reader, each, at) for each in occasions]
        return len(notice.write(connection, drafts, at))


def _late_but_true(found: Ticket, state: str) -> bool:
    """Closed at once after it was resolved: that it was resolved still has to be told."""
    return state == State.RESOLVED and found.state == State.CLOSED


def _take_back(connection: Connection, found: Ticket, at: datetime) -> None:
    """Withhold what still waits and is overtaken by the ticket as it stands."""
    state = State(found.state)
    notice.withdraw(connection, found.id, standing.overtaken(state), at, f"the ticket is {state}")
    if state is State.SCHEDULED:
        keep = [_key(found, occasion) for occasion in APPOINTMENT]
        notice.withdraw(connection, found.id, APPOINTMENT, at, "it was moved", keep=keep)


def _occasions(before: State, state: State, told: list[str], *, promised: bool) -> tuple[str, ...]:
    """What to tell of a move, given what was told before and whether they expect us."""
    off = ("cancelled",) if promised and before in PLANNED else ()
    match state:
        case State.SCHEDULED:
            return ("moved",) if promised else ("appointment",)
        case State.DISPATCHED:
            return ("on_the_way",)
        case State.RESOLVED:
            return (*off, *AFTER)
        case State.WAITING_FOR_CUSTOMER:
            return off if "question" in told else (*off, "slots")
        case State.TRIAGED | State.NEW | State.CANCELLED:
            return off
    return ()


def _is_promised(connection: Connection, found: Ticket, told: list[str]) -> bool:
    """Whether the customer expects us; a technician who has been there has kept the promise."""
    kept = sum(each.state == "done" for each in visit.of_ticket(connection, found.id))
    return told.count("appointment") - told.count("cancelled") > kept


def _is_to_tell(
    connection: Connection, catalogue: Catalogue, found: Ticket, occasion: str, at: datetime
) -> bool:
    """Times only if there are any; of a ticket that is done, no visit that was before now.

    Who else comes at the same time is told once they are on the way.
    """
    if occasion == "slots":
        return bool(slots.offer(connection, catalogue, found.id, at))
    if occasion == "moved":
        return told_time.last(connection, found.id) != found.visit_at
    if occasion == "cancelled" and found.state in standing.DONE:
        was_at = _given_up(connection, found)
        return was_at is not None and was_at > at
    return True


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


def draft(
    connection: Connection,
    catalogue: Catalogue,
    found: Ticket,
    reader: Addressee,
    occasion: str,
    at: datetime,
) -> Draft:
    """The letter of an occasion about a ticket, as things stand at `at`."""
    description = catalogue[found.type]
    visit_at = _given_up(connection, found) if occasion == "cancelled" else found.visit_at
    times = _times(connection, catalogue, found, reader, at) if occasion == "slots" else []
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
        title=naming.problem(description, found.problem, reader.language),
        ticket=found.id,
        technician=naming.person(found.assignee),
        day=reader.weekday(visit_at) if visit_at else "",
        time=reader.arrival(visit_at) if visit_at else "",
        ended=State(found.state) in lifecycle.ENDED,
        times=times,
    )


def _given_up(connection: Connection, found: Ticket) -> datetime | None:
    """When the visit would have been that was cancelled last."""
    gone = [each for each in visit.of_ticket(connection, found.id) if each.state == "cancelled"]
    return max(gone, key=lambda each: each.id).begins_at if gone else None


def _key(found: Ticket, occasion: str) -> str:
    """One letter for a version of the ticket; one rating, however often it is resolved."""
    return f"ticket:{found.id}:{occasion}" + ("" if occasion == "rating" else f":{found.version}")
