"""Keeps the clocks of tickets: sets them, stops them, and says when a promise is in danger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from psycopg.rows import class_row

from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets.lifecycle import State
from tickets.sla import clock, policy
from tickets.sla.clock import Clock, Kind
from tickets.sla.policy import Case, Policy

if TYPE_CHECKING:
    from tickets.ticket import Ticket

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Facts:
    """What is known of a ticket now."""

    id: int
    trace: UUID
    state: str
    region: str
    severity: str
    safety: bool
    tier: str
    time_zone: str
    opened_at: datetime
    changed_at: datetime

    @property
    def case(self) -> Case:
        """What a promise depends on."""
        return Case(self.severity, self.safety, self.tier, self.region, self.time_zone)


@dataclass(frozen=True)
class Step:
    """A change of a ticket's state in the past."""

    ticket_id: int
    at: datetime
    state: str


def start(connection: Connection, ticket_ids: Sequence[int]) -> None:
    """Give each ticket its clocks, or set right those it has by what the ticket is now.

    A ticket that has gone on without clocks gets them as if they had run from its opening; one
    that is another case now gets other targets.
    """
    if not ticket_ids:
        return
    known = clock.held(connection, ticket_ids)
    facts = _facts(connection, ticket_ids)
    holds = policy.current(connection).policy
    old = [one for each in facts if each.id in known for one in known[each.id]]
    by_id = {each.id: each for each in facts}
    _keep(connection, old, [_aimed(one, by_id[one.ticket_id], holds) for one in old], by_id)
    fresh = [each for each in facts if each.id not in known]
    clock.keep(connection, _begun(connection, fresh, holds))


def follow(connection: Connection, before: Ticket, after: Ticket, at: datetime) -> None:
    """Let the clocks of a ticket go on, stand or end, as its new state demands."""
    known = clock.held(connection, [after.id]).get(after.id)
    if known is None:
        start(connection, [after.id])
        return
    if before.state == after.state:
        return
    state = State(after.state)
    facts = {each.id: each for each in _facts(connection, [after.id])}
    _keep(connection, known, [clock.follow(each, state, at) for each in known], facts)


def answered(connection: Connection, ticket_id: int, at: datetime) -> None:
    """Somebody spoke to the customer: the first time ends the clock of the first response."""
    # The ticket before its clocks, as everybody else does: two that wait for each other never end.
    connection.execute(_SQL["lock"], {"id": ticket_id})
    known = clock.held(connection, [ticket_id]).get(ticket_id, [])
    facts = {each.id: each for each in _facts(connection, [ticket_id])}
    _keep(connection, known, [clock.answer(each, at) for each in known], facts)


def look(connection: Connection, due: Sequence[Clock], now: datetime) -> int:
    """Warn of clocks and tell of breaches; how many of these clocks there was news of."""
    ids = sorted({each.ticket_id for each in due})
    facts = {each.id: each for each in _facts(connection, ids)}
    return _keep(connection, due, [clock.look(each, now) for each in due], facts)


def _aimed(known: Clock, facts: Facts, holds: Policy) -> Clock:
    target = policy.target(holds, facts.case)
    settled = clock.follow(known, State(facts.state), facts.changed_at)
    return clock.aim(settled, facts.case, target, facts.changed_at)


def _begun(connection: Connection, fresh: Sequence[Facts], holds: Policy) -> list[Clock]:
    steps = _steps(connection, [each.id for each in fresh])
    begun = []
    for each in fresh:
        target = policy.target(holds, each.case)
        for kind in Kind:
            made = clock.start(each.id, kind, each.case, target, each.opened_at)
            for step in steps[each.id]:
                made = clock.follow(made, State(step.state), step.at)
            begun.append(made)
    return begun


def _keep(
    connection: Connection,
    before: Sequence[Clock],
    after: Sequence[Clock],
    facts: dict[int, Facts],
) -> int:
    """Store what changed and tell what happened; how many changed."""
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    clock.keep(connection, [new for _, new in changed])
    told = [
        _event(kind, new, facts[new.ticket_id], at)
        for old, new in changed
        for kind, at in _news(old, new)
    ]
    event.append(connection, told)
    return len(changed)


def _news(old: Clock, new: Clock) -> list[tuple[str, datetime]]:
    """What is worth telling; a warning of what is over already is not."""
    if new.breached_at is not None and old.breached_at is None:
        return [("sla.breached", new.breached_at)]
    if new.warned_at is not None and old.warned_at is None and new.since is not None:
        return [("sla.warned", new.warned_at)]
    return []


def _event(kind: str, about: Clock, facts: Facts, at: datetime) -> Event:
    told: dict[str, object] = {
        "clock": about.kind,
        "severity": about.severity,
        "tier": about.tier,
        "target_minutes": about.target.total_seconds() / 60,
    }
    if about.due_at is not None:
        told["due_at"] = about.due_at.isoformat()
    return Event(kind, f"ticket:{facts.id}", at, facts.trace, facts.region, told)


def _facts(connection: Connection, ticket_ids: Sequence[int]) -> list[Facts]:
    with connection.cursor(row_factory=class_row(Facts)) as cursor:
        return cursor.execute(_SQL["facts"], {"ids": list(ticket_ids)}).fetchall()


def _steps(connection: Connection, ticket_ids: Sequence[int]) -> dict[int, list[Step]]:
    with connection.cursor(row_factory=class_row(Step)) as cursor:
        rows = cursor.execute(_SQL["steps"], {"ids": list(ticket_ids)}).fetchall()
    found: dict[int, list[Step]] = defaultdict(list)
    for each in rows:
        found[each.ticket_id].append(each)
    return found
