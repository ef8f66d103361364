"""Sets the visits of a plan, those together of which one takes the time that another leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from psycopg.errors import DeadlockDetected

from runtime.errors import ConflictError
from storage.pool import Connection
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import explanation, giving, trail
from tickets.routing.calendar import Span
from tickets.routing.case import Opening
from tickets.routing.demand import ACTOR, MISSED, OFFERED
from tickets.routing.plan import Plan
from tickets.routing.run import Run
from tickets.routing.wanting import Wanting
from tickets.ticket import Move
from tickets.visits.visit import LENGTH

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Given:
    """What a plan gives one ticket."""

    wanting: Wanting
    job: int
    opening: Opening | None

    @property
    def changes(self) -> bool:
        """Whether anything is to be done: what has no visit and gets none is only left."""
        return self.wanting.visit != (self.opening.start if self.opening else None)

    def takes_from(self, other: Given) -> bool:
        """Whether it is given time that the other's visit has now."""
        visit = other.wanting.visit
        if self.opening is None or visit is None or visit.technician != self.opening.technician:
            return False
        span = Span(visit.begins_at, visit.begins_at + LENGTH)
        return span.meets(Span(self.opening.begins_at, self.opening.ends_at))


def given(asked: Sequence[Wanting], plan: Plan) -> list[Given]:
    """What the plan gives each ticket."""
    return [
        Given(wanting, job, None if at is None else plan.case.openings[at])
        for job, (wanting, at) in enumerate(zip(asked, plan.at, strict=True))
    ]


def apply(
    connection: Connection,
    made: Run,
    plan: Plan,
    changed: Sequence[Given],
    offered: Container[int],
) -> Run:
    """Set what has changed, in the caller's transaction; return the run with what became of it.

    Where somebody has changed a ticket meanwhile, it is skipped with all that were to have its
    time, or leave theirs to it: nobody is at two places, whatever is skipped.
    """
    counts: Counter[str] = Counter()
    for chain in _chains(changed):
        try:
            with connection.transaction():
                done = [_carry_out(connection, made, plan, each, offered) for each in chain]
        except (ConflictError, DeadlockDetected) as error:
            numbers = [each.wanting.id for each in chain]
            log.info("tickets skipped", tickets=numbers, reason=str(error))
            done = ["skipped"] * len(chain)
        counts.update(done)
    return replace(
        made,
        routed=counts["routed"],
        moved=counts["moved"],
        offered=counts["offered"],
        skipped=counts["skipped"],
    )


def _chains(changed: Sequence[Given]) -> list[list[Given]]:
    """The changes, those together of which one needs the time that another leaves."""
    chains: list[list[Given]] = []
    for each in changed:
        joined = [chain for chain in chains if any(_touch(each, other) for other in chain)]
        chains = [chain for chain in chains if chain not in joined]
        chains.append([other for chain in joined for other in chain] + [each])
    return chains


def _touch(one: Given, other: Given) -> bool:
    return one.takes_from(other) or other.takes_from(one)


def _carry_out(
    connection: Connection, made: Run, plan: Plan, given: Given, offered: Container[int]
) -> str:
    wanting = given.wanting
    if given.opening is None:
        # It had a visit, and a danger needs the time more; or it was missed, and nobody has time.
        note = MISSED if wanting.missed(made.at) else ""
        asked = Move(State.TRIAGED, wanting.version, ACTOR, note=note)
        ticket.move(connection, wanting.id, asked, made.at)
        return "moved"
    if wanting.id in offered:
        giving.offer(connection, wanting.id, wanting.version, ACTOR, OFFERED, made.at)
        return "offered"
    if wanting.missed(made.at):
        wanting = _take_back(connection, wanting, made.at)
    return _give(connection, wanting, given.opening, made, explanation.why(plan, given.job))


def _take_back(connection: Connection, wanting: Wanting, at: datetime) -> Wanting:
    """End a visit to which nobody set out, before there is another."""
    asked = Move(State.TRIAGED, wanting.version, ACTOR, note=MISSED)
    back = ticket.move(connection, wanting.id, asked, at)
    return replace(wanting, version=back.version, state=back.state)


def _give(
    connection: Connection,
    wanting: Wanting,
    opening: Opening,
    made: Run,
    reasons: Mapping[str, object],
) -> str:
    choice = trail.Choice(
        opening.technician,
        opening.begins_at,
        made.at,
        chosen_by="routing",
        by_human=wanting.by_human,
        actor=ACTOR,
        run_id=made.id,
        reasons=reasons,
    )
    giving.give(connection, wanting.id, wanting.version, wanting.state, choice, "")
    return "routed" if wanting.visit is None else "moved"
