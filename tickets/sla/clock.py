"""A clock on a ticket: how much of the promised time is used up, and what a change does to it.

The steps are pure; only `of`, `held` and `keep` at the end touch the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from storage import query
from storage.pool import Connection
from tickets.lifecycle import State as TicketState
from tickets.sla import business_time, calendar
from tickets.sla.calendar import Terms
from tickets.sla.policy import Case, Target

_SQL = query.beside(__file__)
NONE = timedelta()


class Kind(StrEnum):
    """What is waited for."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


class State(StrEnum):
    """How a promise stands."""

    RUNNING = "running"
    PAUSED = "paused"
    """The customer has to do something first."""
    MET = "met"
    BREACHED = "breached"
    """The time was over before the thing was done, whether or not it is done now."""
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Clock:
    """One promise on one ticket."""

    ticket_id: int
    kind: Kind
    severity: str
    safety: bool
    tier: str
    terms: Terms
    target: timedelta
    """The promised business time."""
    warn_after: timedelta
    started_at: datetime
    spent: timedelta = NONE
    """Used up before `since`."""
    since: datetime | None = None
    """It has run since then; None while it stands."""
    due_at: datetime | None = None
    """None while it stands."""
    next_at: datetime | None = None
    """When it must be looked at: for a warning, or because it is due."""
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    state: State = State.RUNNING

    def used(self, now: datetime) -> timedelta:
        """The business time used up by then."""
        if self.since is None:
            return self.spent
        return self.spent + business_time.between(calendar.of(self.terms), self.since, now)

    def share(self, now: datetime) -> float:
        """The share of the promised time that is used up; above 1 once it is over."""
        return self.used(now) / self.target


def start(ticket_id: int, kind: Kind, case: Case, target: Target, at: datetime) -> Clock:
    """A clock that runs from `at` on."""
    length = target.first_response if kind is Kind.FIRST_RESPONSE else target.resolution
    standing = Clock(
        ticket_id=ticket_id,
        kind=kind,
        severity=case.severity,
        safety=case.safety,
        tier=case.tier,
        terms=target.terms,
        target=length,
        warn_after=length * target.warn_at,
        started_at=at,
    )
    return _run(standing, at)


def follow(clock: Clock, state: TicketState, at: datetime) -> Clock:
    """What becomes of the clock when the ticket gets into this state."""
    seen = look(clock, at)
    if state is TicketState.CANCELLED:
        return _end(seen, at, State.CANCELLED) if seen.ended_at is None else seen
    if clock.kind is Kind.FIRST_RESPONSE:
        return seen if state is TicketState.NEW else answer(seen, at)
    if state in {TicketState.RESOLVED, TicketState.CLOSED}:
        return _end(seen, at, State.MET) if seen.ended_at is None else seen
    if state is TicketState.WAITING_FOR_CUSTOMER:
        return _settled(replace(_halt(seen, at), ended_at=None))
    return seen if seen.since is not None else _run(seen, at)


def answer(clock: Clock, at: datetime) -> Clock:
    """A first response ends its clock; a later one changes nothing."""
    seen = look(clock, at)
    if clock.kind is Kind.RESOLUTION or seen.ended_at is not None:
        return seen
    return _end(seen, at, State.MET)


def look(clock: Clock, now: datetime) -> Clock:
    """The clock with the warning or the breach that time has brought since the last look."""
    if clock.since is None or clock.next_at is None or now < clock.next_at:
        return clock
    if clock.due_at is not None and clock.due_at <= now:
        return _settled(replace(clock, breached_at=clock.due_at))
    return _settled(replace(clock, warned_at=now))


def aim(clock: Clock, case: Case, target: Target, at: datetime) -> Clock:
    """The clock under another promise, if the case is another one now.

    What was used up stays used up, by the hours that held until then; the rest runs by the new.
    A breach stays one.
    """
    told = (case.severity, case.safety, case.tier)
    if clock.ended_at is not None or told == (clock.severity, clock.safety, clock.tier):
        return clock
    seen = look(clock, at)
    halted = _halt(seen, at)
    fresh = start(clock.ticket_id, clock.kind, case, target, clock.started_at)
    aimed = replace(
        halted,
        severity=case.severity,
        safety=case.safety,
        tier=case.tier,
        terms=fresh.terms,
        target=fresh.target,
        warn_after=fresh.warn_after,
    )
    return aimed if seen.since is None else _run(aimed, max(at, seen.since))


def _run(clock: Clock, at: datetime) -> Clock:
    due_at = business_time.after(calendar.of(clock.terms), at, clock.target - clock.spent)
    return _settled(replace(clock, since=at, due_at=due_at, ended_at=None))


def _halt(clock: Clock, at: datetime) -> Clock:
    return replace(clock, spent=clock.used(at), since=None, due_at=None, next_at=None)


def _end(clock: Clock, at: datetime, state: State) -> Clock:
    ended = replace(_halt(clock, at), ended_at=at, state=state)
    return ended if clock.breached_at is None else replace(ended, state=State.BREACHED)


def _settled(clock: Clock) -> Clock:
    """With the state that the facts make, and when to look next."""
    if clock.breached_at is not None:
        return replace(clock, state=State.BREACHED, next_at=None)
    if clock.since is None:
        return replace(clock, state=State.PAUSED, next_at=None)
    next_at = clock.due_at
    if clock.warned_at is None:
        left = clock.warn_after - clock.spent
        next_at = business_time.after(calendar.of(clock.terms), clock.since, left)
    return replace(clock, state=State.RUNNING, next_at=next_at)


def of(connection: Connection, ticket_ids: Sequence[int]) -> dict[int, list[Clock]]:
    """The clocks of each ticket, first response first; one without clocks is not in it."""
    return _asked(connection, "of", ticket_ids)


def held(connection: Connection, ticket_ids: Sequence[int]) -> dict[int, list[Clock]]:
    """Likewise, and nobody else changes them until the caller's transaction ends."""
    return _asked(connection, "held", ticket_ids)


def _asked(connection: Connection, block: str, ticket_ids: Sequence[int]) -> dict[int, list[Clock]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL[block], {"ids": list(ticket_ids)}).fetchall()
    found: dict[int, list[Clock]] = defaultdict(list)
    for row in rows:
        read = {
            "kind": Kind(row["kind"]),
            "state": State(row["state"]),
            "terms": Terms.model_validate(row["terms"]),
        }
        clock = Clock(**row | read)
        found[clock.ticket_id].append(clock)
    return dict(found)


def keep(connection: Connection, clocks: Sequence[Clock]) -> None:
    """Store clocks, new ones and changed ones, in the caller's transaction."""
    if not clocks:
        return
    columns: dict[str, list[object]] = {
        field.name: [getattr(each, field.name) for each in clocks] for field in fields(Clock)
    }
    columns["terms"] = [Jsonb(each.terms.model_dump(mode="json")) for each in clocks]
    connection.execute(_SQL["keep"], columns)
