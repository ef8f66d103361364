"""Visits: who goes to an appliance, when, and how far they have come.

A visit follows its ticket. Nothing but a move of the ticket changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from psycopg.rows import class_row

from runtime.errors import ConflictError, NotFoundError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets import lifecycle

if TYPE_CHECKING:
    from tickets.ticket import Ticket

_SQL = query.beside(__file__)
LENGTH = timedelta(minutes=90)
"""How long a visit is planned to take; the routing plans for as long."""


class State(StrEnum):
    """How far a visit has come."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    """The technician is on the way."""
    ON_SITE = "on_site"
    DONE = "done"
    CANCELLED = "cancelled"


LIVE = frozenset({State.PLANNED, State.UNDER_WAY, State.ON_SITE})
Outcome = Literal["resolved", "return"]
EVENTS = {
    State.PLANNED: "visit.moved",
    State.UNDER_WAY: "visit.under_way",
    State.ON_SITE: "visit.arrived",
    State.DONE: "visit.finished",
    State.CANCELLED: "visit.cancelled",
}


@dataclass(frozen=True)
class Visit:
    """One visit to one appliance, for a ticket."""

    id: int
    ticket_id: int
    number: int
    """2 means that one visit was not enough."""
    technician: str | None
    begins_at: datetime
    ends_at: datetime
    state: str
    outcome: str | None
    """Of one that is done: `resolved`, or `return` when somebody has to come again."""
    planned_at: datetime
    set_out_at: datetime | None
    arrived_at: datetime | None
    finished_at: datetime | None
    device_id: int
    serial: str
    type: str
    region: str
    household_id: int | None
    problem: str
    severity: str
    safety: bool
    trace: UUID

    @property
    def live(self) -> bool:
        """Whether it is still to be done, or being done."""
        return self.state in LIVE


def get(connection: Connection, visit_id: int) -> Visit:
    """One visit; NotFoundError if there is none."""
    found = _visits(connection, "get", id=visit_id)
    if not found:
        raise NotFoundError(f"there is no visit {visit_id}")
    return found[0]


def hold(connection: Connection, visit_id: int) -> Visit:
    """The visit, its ticket locked until the transaction ends; NotFoundError if there is none.

    Of two who tell the same of a visit at once, the second sees what the first has told.
    """
    connection.execute(_SQL["hold"], {"id": visit_id})
    return get(connection, visit_id)


def of_ticket(connection: Connection, ticket_id: int) -> list[Visit]:
    """Every visit of a ticket, the first first; cancelled ones too."""
    return _visits(connection, "of_ticket", ticket_id=ticket_id)


def calendar(
    connection: Connection, names: Sequence[str], since: datetime, until: datetime
) -> list[Visit]:
    """The visits of these technicians that are not cancelled, in order of time."""
    return _visits(connection, "calendar", technicians=list(names), since=since, until=until)


def page(
    connection: Connection,
    *,
    before_id: int | None = None,
    limit: int = 100,
    region: str | None = None,
    technician: str | None = None,
    ticket_id: int | None = None,
    state: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Visit]:
    """Up to `limit` visits with an id below `before_id`, newest first; filtered where asked."""
    return _visits(
        connection,
        "page",
        before_id=before_id,
        limit=limit,
        region=region,
        technician=technician,
        ticket_id=ticket_id,
        state=state,
        since=since,
        until=until,
    )


def check(connection: Connection, before: Ticket, state: lifecycle.State) -> None:
    """Raise ConflictError if the ticket would be resolved and its visit has no verdict."""
    if state is not lifecycle.State.RESOLVED:
        return
    if connection.execute(_SQL["unjudged"], {"ticket_id": before.id}).fetchone():
        raise ConflictError(
            f"ticket {before.id} was visited, and nobody has said what was found",
            hint="give the verdict of the visit first: confirmed, replaced, no fault found or "
            "could not reproduce",
        )


def follow(connection: Connection, before: Ticket, after: Ticket, at: datetime) -> None:
    """Let the visit of a ticket follow its move, in the caller's transaction."""
    live = next(iter(_visits(connection, "live", ticket_id=after.id)), None)
    match after.state:
        case lifecycle.State.SCHEDULED:
            _schedule(connection, live, after, at)
        case lifecycle.State.DISPATCHED | lifecycle.State.ON_SITE:
            _go(connection, live or _plan(connection, after, at), after, at)
        case _ if live is not None:
            _leave(connection, live, before, after, at)


def _schedule(connection: Connection, live: Visit | None, after: Ticket, at: datetime) -> None:
    if live is not None and live.state == State.ON_SITE:
        _change(connection, replace(live, state=State.DONE, outcome="return", finished_at=at), at)
        live = None
    if live is None:
        _plan(connection, after, at)
        return
    planned = replace(
        live,
        technician=after.assignee,
        begins_at=after.visit_at or live.begins_at,
        state=State.PLANNED,
        set_out_at=None,
    )
    planned = replace(planned, ends_at=planned.begins_at + (live.ends_at - live.begins_at))
    if planned != live:
        _change(connection, planned, at)


def _go(connection: Connection, live: Visit, after: Ticket, at: datetime) -> None:
    if after.state == lifecycle.State.DISPATCHED:
        gone = replace(live, state=State.UNDER_WAY, set_out_at=at)
    else:
        gone = replace(live, state=State.ON_SITE, arrived_at=at)
    begins_at = after.visit_at or live.begins_at
    ends_at = begins_at + (live.ends_at - live.begins_at)
    told = replace(gone, technician=after.assignee, begins_at=begins_at, ends_at=ends_at)
    _change(connection, told, at)


def _leave(
    connection: Connection, live: Visit, before: Ticket, after: Ticket, at: datetime
) -> None:
    """A visit that began is done, whatever came of it; any other is cancelled."""
    if before.state != lifecycle.State.ON_SITE:
        _change(connection, replace(live, state=State.CANCELLED, finished_at=at), at)
        return
    outcome: Outcome = "resolved" if after.state == lifecycle.State.RESOLVED else "return"
    _change(connection, replace(live, state=State.DONE, outcome=outcome, finished_at=at), at)


def _plan(connection: Connection, after: Ticket, at: datetime) -> Visit:
    begins_at = after.visit_at or at
    row = connection.execute(
        _SQL["plan"],
        {
            "ticket_id": after.id,
            "technician": after.assignee,
            "begins_at": begins_at,
            "ends_at": begins_at + LENGTH,
            "at": at,
        },
    ).fetchall()[0]
    made = get(connection, int(str(row[0])))
    _tell(connection, "visit.planned", made, at)
    return made


def _change(connection: Connection, changed: Visit, at: datetime) -> None:
    connection.execute(_SQL["change"], asdict(changed))
    _tell(connection, EVENTS[State(changed.state)], changed, at)


def _tell(connection: Connection, kind: str, visit: Visit, at: datetime) -> None:
    event.append(connection, [happened(kind, visit, at)])


def happened(kind: str, visit: Visit, at: datetime) -> Event:
    """What is told of a visit."""
    facts = {
        "ticket": visit.ticket_id,
        "number": visit.number,
        "technician": visit.technician,
        "begins_at": visit.begins_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
    }
    if visit.outcome:
        facts["outcome"] = visit.outcome
    return Event(kind, f"visit:{visit.id}", at, visit.trace, visit.region, facts)


def _visits(connection: Connection, block: str, **asked: object) -> list[Visit]:
    with connection.cursor(row_factory=class_row(Visit)) as cursor:
        return cursor.execute(_SQL[block], asked).fetchall()
