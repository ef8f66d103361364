"""Tickets given to technicians all at once, beside one after the other: what each costs.

The same made-up region for both: tickets and technicians scattered over a town and around it,
some skills rare, some days short. Both are costed by the same rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tickets.routing import assignment, calendar, cost, hours
from tickets.routing.case import Case, Job, Member, Opening
from tickets.routing.plan import Plan
from tickets.routing.travel import Place
from tickets.visits.visit import LENGTH

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
SKILLS = ("electrical", "plumbing", "refrigeration", "electronics", "mechanical")
SHARES = (0.3, 0.25, 0.2, 0.15, 0.1)
PARTS = 12
CENTRE = Place(51.45, -2.6)
SPREAD_DEGREES = 0.12


@dataclass(frozen=True)
class Side:
    """What one way of giving out the tickets came to."""

    cpu_seconds: float
    routed: int
    cost: float
    """In minutes of driving; without the tickets that were left."""
    travel_minutes: float
    late: int
    hours_late: float
    hours_to_visit: float
    safety_hours_to_visit: float


@dataclass(frozen=True)
class Figures:
    """Both ways on one case."""

    tickets: int
    technicians: int
    days: int
    openings: int
    together: dict[str, object] = field(default_factory=dict)
    in_turn: dict[str, object] = field(default_factory=dict)


def run(tickets: int = 200, technicians: int = 30, days: int = 5, seed: int = 7) -> Figures:
    """Route a made-up region both ways."""
    case = made_up(tickets, technicians, days, seed)
    costs = cost.of(case)
    return Figures(
        tickets,
        technicians,
        days,
        len(case.openings),
        together=vars(_measure(assignment.together, case, costs)),
        in_turn=vars(_measure(assignment.in_turn, case, costs)),
    )


def made_up(tickets: int, technicians: int, days: int, seed: int) -> Case:
    """A region drawn by seed."""
    rng = np.random.default_rng(seed)
    crew = tuple(_member(number, rng) for number in range(technicians))
    jobs = tuple(_job(number, rng) for number in range(tickets))
    return Case("made up", NOW, jobs, crew, _openings(crew, days))


def _measure(give: Callable[[Case, cost.Costs], Plan], case: Case, costs: cost.Costs) -> Side:
    began = time.process_time()
    plan = give(case, costs)
    seconds = time.process_time() - began
    given = [
        (job, case.openings[opening])
        for job, opening in zip(case.jobs, plan.at, strict=True)
        if opening is not None
    ]
    waited = [_hours(opening.begins_at - NOW) for _, opening in given]
    late = [max(_hours(opening.begins_at - job.due_at), 0.0) for job, opening in given]
    safety = [w for w, (job, _) in zip(waited, given, strict=True) if job.safety]
    left = sum(
        cost.unrouted(job)
        for job, opening in zip(case.jobs, plan.at, strict=True)
        if opening is None
    )
    return Side(
        cpu_seconds=round(seconds, 2),
        routed=len(given),
        cost=round(plan.total() - left, 1),
        travel_minutes=round(plan.travel(), 1),
        late=sum(each > 0 for each in late),
        hours_late=round(sum(late), 1),
        hours_to_visit=round(float(np.mean(waited)), 2) if waited else 0.0,
        safety_hours_to_visit=round(float(np.mean(safety)), 2) if safety else 0.0,
    )


def _hours(span: timedelta) -> float:
    return span / HOUR


def _place(rng: np.random.Generator) -> Place:
    north, east = rng.normal(0.0, SPREAD_DEGREES, 2)
    return Place(CENTRE.latitude + float(north), CENTRE.longitude + 1.6 * float(east))


def _member(number: int, rng: np.random.Generator) -> Member:
    known = rng.choice(SKILLS, size=int(rng.integers(2, 4)), replace=False, p=SHARES)
    parts = rng.choice(PARTS, size=PARTS // 2, replace=False)
    return Member(
        name=f"technician {number + 1:02d}",
        home=_place(rng),
        skills={str(each): int(rng.integers(1, 4)) for each in known},
        parts={f"part {each}": 2 for each in parts},
        visits_a_day=int(rng.integers(3, 6)),
    )


def _job(number: int, rng: np.random.Generator) -> Job:
    safety = rng.random() < 0.05  # noqa: PLR2004 - one of twenty
    urgent = float(rng.random())
    return Job(
        ticket_id=number + 1,
        type="any",
        problem="any",
        skills=(str(rng.choice(SKILLS, p=SHARES)),),
        parts=(f"part {int(rng.integers(PARTS))}",),
        place=_place(rng),
        weight=10.0 if safety else 0.5 + urgent,
        safety=safety,
        not_before=NOW + 2 * HOUR,
        due_at=NOW + (8 * HOUR if safety else 24 * HOUR + (1 - urgent) * 120 * HOUR),
    )


def _openings(crew: tuple[Member, ...], days: int) -> tuple[Opening, ...]:
    week = hours.read("mon-fri 08:00-12:00,12:30-17:00; sat-sun 08:00-12:00")
    zone = ZoneInfo("Europe/London")
    return tuple(
        Opening(member.name, day, begins_at, begins_at + LENGTH)
        for member in crew
        for day, shift in calendar.shifts(week, zone, calendar.DaysOff(), NOW, days)
        for begins_at in calendar.starts(shift, LENGTH, ())
    )
