"""One run: finds somebody for every ticket of a region that wants a visit, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from alerts.notices.quiet_hours import QuietHours
from devices.catalogue.folder import Catalogue
from runtime.clock import Clock
from storage import lock
from storage.pool import Connection, Pool
from tickets.routing import (
    applying,
    assignment,
    booking,
    cost,
    demand,
    desk,
    explanation,
    run,
    service_region,
    supply,
    technician,
    telling,
    unrouted,
)
from tickets.routing.applying import Given
from tickets.routing.case import Case, Job
from tickets.routing.desk import Desk
from tickets.routing.plan import Plan
from tickets.routing.run import Run
from tickets.routing.wanting import Wanting
from tickets.visits import missed

MOST_MOVED = 100
"""Visits that are looked at for moving when there is no room for a ticket."""

log = structlog.get_logger(__name__)


def route(
    pool: Pool,
    catalogue: Catalogue,
    clock: Clock,
    timestamp: int = 0,
    *,
    quiet: QuietHours = telling.QUIET,
) -> None:
    """Route every region, each in a transaction of its own; the errand of `work`."""
    log.debug("routing begins", due=timestamp)
    with pool.connection() as connection:
        names = demand.regions(connection)
    for name in names:
        with pool.connection() as connection:
            made = route_region(connection, catalogue, name, clock.now(), quiet)
        if made is not None:
            log.info("tickets routed", **vars(made))


def route_region(
    connection: Connection,
    catalogue: Catalogue,
    name: str,
    now: datetime,
    quiet: QuietHours = telling.QUIET,
) -> Run | None:
    """Route one region, in the caller's transaction; None where there was nothing to do.

    Nobody else gives its technicians visits meanwhile. A ticket that somebody changes meanwhile
    is skipped, and is there again in the next run.
    """
    if not lock.try_acquire(connection, f"routing:{name}"):
        return None
    region = service_region.of(connection, name)
    crew = technician.of_region(connection, name)
    booking.hold_calendars(connection, [each.name for each in crew])
    wanting = demand.of_region(connection, name)
    found = supply.of_region(connection, catalogue, region, now)
    laid = desk.sort(region, wanting, desk.broken(connection, wanting, found), now, quiet)
    return _settle(connection, catalogue, laid, wanting)


def _settle(
    connection: Connection, catalogue: Catalogue, laid: Desk, wanting: Sequence[Wanting]
) -> Run | None:
    began = time.monotonic()
    asked = [*laid.book, *laid.offer]
    tickets = len(asked) + len(laid.left)
    asked, plan = _make_room(connection, catalogue, laid, asked, wanting)
    changed = _changed(laid, asked, plan)
    movable = [each for each in wanting if each.movable(laid.now)]
    if not changed and (late := demand.late(connection, movable)):
        asked, plan = _make_room(connection, catalogue, laid, late, wanting)
        changed = _brought_forward(laid, asked, plan, {each.id for each in late})
    before = unrouted.reasons(connection, laid.region.name)
    if not changed and before == {key: each.reason for key, each in laid.left.items()}:
        return None
    made = _run(laid, plan, tickets, time.monotonic() - began)
    made = replace(made, id=run.begin(connection, made))
    unrouted.keep(connection, laid.region.name, laid.left, made.id, laid.now)
    newly = [each.id for each in laid.missed if before.get(each.id) != desk.MISSED]
    missed.tell(connection, newly, laid.now)
    made = applying.apply(connection, made, plan, changed, {each.id for each in laid.offer})
    run.end(connection, made)
    return made


def _make_room(
    connection: Connection,
    catalogue: Catalogue,
    laid: Desk,
    asked: list[Wanting],
    wanting: Sequence[Wanting],
) -> tuple[list[Wanting], Plan]:
    """A plan for tickets and, if there is no room for them, for visits that may be moved too.

    Trifles that are near are among those only where people are in danger.
    """
    plan = _planned(connection, catalogue, laid, asked)
    if not _needs_room(plan, laid):
        return asked, plan
    near = _endangered(plan, laid)
    others = [
        each
        for each in wanting
        if each not in asked and (each.movable(laid.now) or (near and each.yields(laid.now)))
    ]
    others = sorted(others, key=lambda each: each.movable(laid.now))[:MOST_MOVED]
    if not others:
        return asked, plan
    plan = _planned(connection, catalogue, laid, [*asked, *others])
    assignment.put_back(plan, range(len(asked), len(asked) + len(others)))
    return [*asked, *others], plan


def _changed(laid: Desk, asked: Sequence[Wanting], plan: Plan) -> list[Given]:
    """What is to be done about the tickets, with those noted that are left."""
    changed = []
    for each in applying.given(asked, plan):
        number = each.wanting.id
        if each.opening is None:
            laid.left[number] = laid.keep_time.get(number) or explanation.why_left(plan, each.job)
        if each.changes and not (each.opening is None and number in laid.keep_time):
            changed.append(each)
    return changed


def _brought_forward(
    laid: Desk, asked: Sequence[Wanting], plan: Plan, late: Container[int]
) -> list[Given]:
    """What is to be done so that late visits come sooner; nothing if none of them would."""
    changed = [each for each in applying.given(asked, plan) if each.changes]
    sooner = [each for each in changed if each.wanting.id in late]
    if not sooner or any(each.opening is None for each in sooner):
        return []
    for each in changed:
        if each.opening is None:
            laid.left[each.wanting.id] = explanation.why_left(plan, each.job)
    return changed


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


def _planned(
    connection: Connection, catalogue: Catalogue, laid: Desk, asked: Sequence[Wanting]
) -> Plan:
    freed = {each.id for each in asked}
    times = {at for each in asked if (at := laid.fixed(each)) is not None}
    found = supply.of_region(connection, catalogue, laid.region, laid.now, freed, times)
    jobs = [
        _when(laid, each, job)
        for each, job in zip(
            asked,
            demand.jobs(connection, catalogue, asked, found.elsewhere, laid.now),
            strict=True,
        )
    ]
    case = Case(laid.region.name, laid.now, tuple(jobs), found.crew, found.openings, found.booked)
    return assignment.together(case, cost.of(case))


def _when(laid: Desk, wanting: Wanting, job: Job) -> Job:
    """The job at the one time at which it can be, if there is one; else no sooner than is told."""
    fixed = laid.fixed(wanting)
    if fixed is not None:
        return replace(job, only_at=fixed)
    return replace(job, only_at=None, not_before=telling.earliest(wanting, laid.quiet, laid.now))


def _needs_room(plan: Plan, laid: Desk) -> bool:
    """Whether a ticket was left for want of time, or a danger would wait longer than promised."""
    if _endangered(plan, laid):
        return True
    return any(
        opening is None and job.ticket_id not in laid.keep_time
        for job, opening in zip(plan.case.jobs, plan.at, strict=True)
    )


def _endangered(plan: Plan, laid: Desk) -> bool:
    """Whether a danger to people was left, or would wait longer than promised."""
    for job, at in zip(plan.case.jobs, plan.at, strict=True):
        if job.safety and job.ticket_id not in laid.keep_time:
            opening = None if at is None else plan.case.openings[at]
            if opening is None or opening.begins_at > job.due_at:
                return True
    return False
