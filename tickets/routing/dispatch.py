"""One run: finds somebody for every ticket of a region that wants a visit, in one transaction."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from psycopg.errors import DeadlockDetected

from devices.catalogue.folder import Catalogue
from runtime.clock import Clock
from runtime.errors import ConflictError
from storage import lock
from storage.pool import Connection, Pool
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import (
    assignment,
    cost,
    demand,
    desk,
    explanation,
    giving,
    run,
    service_region,
    supply,
    technician,
    trail,
    unrouted,
)
from tickets.routing.case import Case, Opening, Start
from tickets.routing.demand import ACTOR, OFFERED, Wanting
from tickets.routing.desk import Desk
from tickets.routing.plan import Plan
from tickets.routing.run import Run
from tickets.ticket import Move

MOST_MOVED = 100
"""Visits that are looked at for moving when there is no room for a ticket."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Given:
    """What a plan gives one ticket."""

    wanting: Wanting
    job: int
    opening: Opening | None

    @property
    def changes(self) -> bool:
        """Whether anything is to be done: what has no visit and gets none is only left."""
        return self.wanting.visit != (self.opening.start if self.opening else None)


def route(pool: Pool, catalogue: Catalogue, clock: Clock, timestamp: int = 0) -> None:
    """Route every region, each in a transaction of its own; the errand of `work`."""
    log.debug("routing begins", due=timestamp)
    with pool.connection() as connection:
        names = demand.regions(connection)
    for name in names:
        with pool.connection() as connection:
            made = route_region(connection, catalogue, name, clock.now())
        if made is not None:
            log.info("tickets routed", **vars(made))


def route_region(
    connection: Connection, catalogue: Catalogue, name: str, now: datetime
) -> Run | None:
    """Route one region, in the caller's transaction; None where there was nothing to do.

    Nobody else gives its technicians visits meanwhile. A ticket that somebody changes meanwhile
    is skipped, and is there again in the next run.
    """
    if not lock.try_acquire(connection, f"routing:{name}"):
        return None
    region = service_region.of(connection, name)
    crew = technician.of_region(connection, name)
    giving.hold_calendars(connection, [each.name for each in crew])
    wanting = demand.of_region(connection, name)
    found = supply.of_region(connection, catalogue, region, now)
    laid = desk.sort(region, wanting, desk.broken(connection, wanting, found), now)
    return _settle(connection, catalogue, laid, [each for each in wanting if each.movable(now)])


def _settle(
    connection: Connection, catalogue: Catalogue, laid: Desk, movable: Sequence[Wanting]
) -> Run | None:
    began = time.monotonic()
    asked = [*laid.book, *laid.offer]
    tickets = len(asked) + len(laid.left)
    plan = _planned(connection, catalogue, laid, asked)
    if _needs_room(plan):
        moved = [each for each in movable if each not in asked][:MOST_MOVED]
        if moved:
            asked = [*asked, *moved]
            plan = _planned(connection, catalogue, laid, asked)
    for job, opening in enumerate(plan.at):
        if opening is None:
            laid.left[asked[job].id] = explanation.why_left(plan, job)
    changed = [each for each in _given(asked, plan) if each.changes]
    before = unrouted.reasons(connection, laid.region.name)
    if not changed and before == {key: each.reason for key, each in laid.left.items()}:
        return None
    made = _run(laid, plan, tickets, time.monotonic() - began)
    made = replace(made, id=run.begin(connection, made))
    unrouted.keep(connection, laid.region.name, laid.left, made.id, laid.now)
    made = _apply(connection, laid, made, plan, changed)
    run.end(connection, made)
    return made


def _run(laid: Desk, plan: Plan, tickets: int, seconds: float) -> Run:
    """A run before any of its visits is set."""
    return Run(
        id=0,
        region=laid.region.name,
        at=laid.now,
        seconds=seconds,
        tickets=tickets,
        routed=0,
        moved=0,
        offered=0,
        left_over=len(laid.left),
        skipped=0,
        cost=plan.price_of_visits(),
        one_by_one=assignment.in_turn(plan.case, plan.costs).price_of_visits(),
    )


def _given(asked: Sequence[Wanting], plan: Plan) -> list[_Given]:
    """What the plan gives each ticket; visits that were set already come first, to make room."""
    given = [
        _Given(wanting, job, None if at is None else plan.case.openings[at])
        for job, (wanting, at) in enumerate(zip(asked, plan.at, strict=True))
    ]
    return sorted(given, key=lambda each: each.wanting.visit is None)


def _planned(
    connection: Connection, catalogue: Catalogue, laid: Desk, asked: Sequence[Wanting]
) -> Plan:
    freed = {each.id for each in asked}
    found = supply.of_region(connection, catalogue, laid.region, laid.now, freed)
    jobs = demand.jobs(connection, catalogue, asked, found.elsewhere, laid.now)
    case = Case(laid.region.name, laid.now, tuple(jobs), found.crew, found.openings, found.booked)
    return assignment.together(case, cost.of(case))


def _needs_room(plan: Plan) -> bool:
    """Whether a ticket was left for want of time, or a danger would wait longer than promised."""
    for job, opening in zip(plan.case.jobs, plan.at, strict=True):
        if opening is None or (job.safety and plan.case.openings[opening].begins_at > job.due_at):
            return True
    return False


def _apply(
    connection: Connection, laid: Desk, made: Run, plan: Plan, changed: Sequence[_Given]
) -> Run:
    offered = {each.id for each in laid.offer}
    counts: Counter[str] = Counter()
    # Visits that were to make room and could not: their times are not to be given to others.
    stay: set[Start] = set()
    for each in changed:
        done = "skipped"
        if each.opening is None or each.opening.start not in stay:
            try:
                with connection.transaction():
                    done = _carry_out(connection, laid, made, plan, each, offered)
            except (ConflictError, DeadlockDetected) as error:
                log.info("ticket skipped", ticket=each.wanting.id, reason=str(error))
        if done == "skipped" and each.wanting.visit is not None:
            stay.add(each.wanting.visit)
        counts[done] += 1
    return replace(
        made,
        routed=counts["routed"],
        moved=counts["moved"],
        offered=counts["offered"],
        skipped=counts["skipped"],
    )


def _carry_out(
    connection: Connection,
    laid: Desk,
    made: Run,
    plan: Plan,
    given: _Given,
    offered: Container[int],
) -> str:
    wanting = given.wanting
    if given.opening is None:
        # It had a visit, and a danger needs the time more.
        asked = Move(State.TRIAGED, wanting.version, ACTOR)
        ticket.move(connection, wanting.id, asked, laid.now)
        return "moved"
    if wanting.id in offered:
        giving.offer(connection, wanting.id, wanting.version, ACTOR, OFFERED, laid.now)
        return "offered"
    return _give(connection, wanting, given.opening, made, explanation.why(plan, given.job))


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
