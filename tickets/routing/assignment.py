"""Gives jobs to technicians all at once, so that the whole costs least. Pure.

First an integer programme (HiGHS, by `scipy.optimize.milp`): every job at one opening at most,
every opening with one job at most, every technician with so many visits a day at most. It takes
a guess at the way to each job; local search then puts in the true rounds. What each job in turn
would have been given (`in_turn`) is improved likewise, and the cheaper of both is taken: the
same case always has the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tickets.routing import cost, travel
from tickets.routing.case import Case
from tickets.routing.cost import Costs, Grid
from tickets.routing.plan import Plan

CANDIDATES = 60
"""Openings a job that the programme looks at."""
ROUNDS_OF_SEARCH = 12
GAIN = 1e-6
"""What is less is no gain but the rounding of numbers."""
SHARE_OF_WAY = 0.6
"""Of the way there and back that a visit adds to a round, as a guess: others lie on the way."""


def in_turn(case: Case, costs: Costs) -> Plan:
    """Give each job in turn, the weightiest first, to the best opening left."""
    plan = Plan(case, costs)
    for job in _by_weight(case):
        _, opening = plan.cheapest(job)
        if opening is not None:
            plan.put(job, opening)
    return plan


def together(case: Case, costs: Costs) -> Plan:
    """Give all jobs at once."""
    plans = [_programme(case, costs), in_turn(case, costs)]
    for plan in plans:
        _improve(plan)
    return min(plans, key=Plan.total)


def put_back(plan: Plan, jobs: Iterable[int]) -> None:
    """Let visits stay as they are set whose time nobody else was given.

    They were laid on the table to make room; what a new day costs less is no reason to tell a
    customer another time.
    """
    places = {each.start: place for place, each in enumerate(plan.case.openings)}
    before = {job: places.get(at) for job in jobs if (at := plan.case.jobs[job].now_at)}
    while any(_put_back(plan, job, place) for job, place in before.items()):
        pass


def _put_back(plan: Plan, job: int, place: int | None) -> bool:
    here = plan.at[job]
    if place is None or here == place:
        return False
    plan.lift(job)
    fits = plan.price(job, place) < np.inf
    if fits or here is not None:
        plan.put(job, place if fits or here is None else here)
    return fits


def _by_weight(case: Case) -> list[int]:
    def key(place: int) -> tuple[bool, float, float, int]:
        job = case.jobs[place]
        return (not job.safety, -job.weight, job.due_at.timestamp(), job.ticket_id)

    return sorted(range(len(case.jobs)), key=key)


def _programme(case: Case, costs: Costs) -> Plan:
    plan = Plan(case, costs)
    for job, opening in _solve(case, costs.total + _guessed_ways(case)):
        if plan.price(job, opening) < np.inf:
            plan.put(job, opening)
    return plan


def _guessed_ways(case: Case) -> Grid:
    jobs = len(case.jobs)
    places = [each.place for each in case.jobs] + [each.home for each in case.crew]
    ways = travel.matrix(places)[:jobs, jobs:]
    member = {each.name: place for place, each in enumerate(case.crew)}
    return 2 * SHARE_OF_WAY * ways[:, [member[each.technician] for each in case.openings]]


def _solve(case: Case, price: Grid) -> list[tuple[int, int]]:
    """Pairs of job and opening that cost least together, with the worth of every job placed."""
    if not price.size:
        return []
    rows, columns = _candidates(price)
    if not len(rows):
        return []
    left = np.array([cost.unrouted(job) for job in case.jobs])
    named = sorted({(each.technician, each.day) for each in case.openings})
    days = {each: place for place, each in enumerate(named)}
    day = np.array([days[each.technician, each.day] for each in case.openings])
    free = _free_a_day(case, days)
    limits = [
        _at_most(rows, np.ones(len(case.jobs))),
        _at_most(columns, np.ones(len(case.openings))),
        _at_most(day[columns], free),
    ]
    found = milp(
        price[rows, columns] - left[rows],
        constraints=limits,
        integrality=np.ones(len(rows)),
        bounds=Bounds(0, 1),
    )
    if found.x is None:
        return []
    chosen = np.flatnonzero(found.x > 0.5)  # noqa: PLR2004 - 0 or 1, but for rounding
    return [(int(rows[each]), int(columns[each])) for each in chosen]


def _candidates(price: Grid) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    best = np.argsort(price, axis=1, kind="stable")[:, :CANDIDATES]
    rows = np.repeat(np.arange(price.shape[0]), best.shape[1])
    columns = best.ravel()
    real = np.isfinite(price[rows, columns])
    return rows[real], columns[real]


def _free_a_day(case: Case, days: Mapping[tuple[str, date], int]) -> NDArray[np.float64]:
    most = {each.name: each.visits_a_day for each in case.crew}
    free = np.array([float(most[name]) for name, _ in days])
    for visit in case.booked:
        if (visit.technician, visit.day) in days:
            free[days[visit.technician, visit.day]] -= 1
    return np.asarray(np.maximum(free, 0.0), np.float64)


def _at_most(group: NDArray[np.int64], bound: NDArray[np.float64]) -> LinearConstraint:
    shape = (len(bound), len(group))
    ones = sparse.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))), shape=shape)
    return LinearConstraint(ones, -np.inf, bound)


def _improve(plan: Plan) -> None:
    """Move one job, exchange two or push one aside as long as that makes the whole cheaper."""
    steps: tuple[Callable[[Plan], bool], ...] = (_place_left, _move, _exchange)
    for _ in range(ROUNDS_OF_SEARCH):
        gained = [step(plan) for step in steps]
        if not any(gained):
            return


def _place_left(plan: Plan) -> bool:
    left = [job for job in _by_weight(plan.case) if plan.at[job] is None]
    gained = False
    for job in left:
        _, opening = plan.cheapest(job)
        if opening is not None:
            plan.put(job, opening)
            gained = True
        else:
            gained |= _push_aside(plan, job)
    return gained


def _push_aside(plan: Plan, job: int) -> bool:
    """Put a job where another is, if that one finds another place or weighs less."""
    worth = cost.unrouted(plan.case.jobs[job])
    for other, taken in enumerate(plan.at):
        if taken is None or not np.isfinite(plan.costs.total[job, taken]):
            continue
        before = plan.lift(other)
        price = plan.price(job, taken)
        if price < np.inf:
            plan.put(job, taken)
            again, opening = plan.cheapest(other)
            after = min(again, cost.unrouted(plan.case.jobs[other]))
            if price + after < before + worth - GAIN:
                if opening is not None:
                    plan.put(other, opening)
                return True
            plan.lift(job)
        plan.put(other, taken)
    return False


def _move(plan: Plan) -> bool:
    gained = False
    for job, opening in enumerate(plan.at):
        if opening is None:
            continue
        before = plan.lift(job)
        price, other = plan.cheapest(job)
        better = other is not None and price < before - GAIN
        plan.put(job, other if other is not None and better else opening)
        gained |= better
    return gained


def _exchange(plan: Plan) -> bool:
    gained = False
    for one in range(len(plan.at)):
        for other in range(one):
            gained |= _exchange_two(plan, one, other)
    return gained


def _exchange_two(plan: Plan, one: int, other: int) -> bool:
    here, there = plan.at[one], plan.at[other]
    if here is None or there is None:
        return False
    fixed = plan.costs.total
    if not np.isfinite(fixed[one, there] + fixed[other, here]):
        return False
    before = plan.lift(one) + plan.lift(other)
    after = plan.price(one, there)
    if after < np.inf:
        plan.put(one, there)
        after += plan.price(other, here)
        if after < before - GAIN:
            plan.put(other, here)
            return True
        plan.lift(one)
    plan.put(one, here)
    plan.put(other, there)
    return False
