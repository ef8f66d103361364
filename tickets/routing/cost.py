"""What it costs to give a job to an opening, in minutes of driving: parts of it by name. Pure.

What depends on the other visits of the day, the way and the load, is `plan`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from tickets.routing import skill, travel
from tickets.routing.case import Case, Job, Member

WAITING_AN_HOUR = 0.3
"""Of a job of weight 1: a day of waiting is worth seven minutes of driving."""
LATE_AN_HOUR = 4.0
"""On top, once it is past the time by which it is due."""
MISSING_PARTS = 45.0
"""None of the likely parts in the van: somebody may have to come twice."""
A_LEVEL_LESS = 8.0
"""For each level that the technician is short of the best."""
OTHER_TIME = 60.0
"""To tell a customer that the visit is at another time than they were told."""
OTHER_TECHNICIAN = 15.0
A_FULL_DAY = 15.0
"""What the last visit of a full day costs more than the first of an empty one."""
UNROUTED = 20_000.0
"""Of weight 1: more than any visit costs, so that a job is left only where nobody can come."""
FURTHEST_MINUTES = 120.0

Grid = NDArray[np.float64]
NAMES = ("waiting", "late", "parts", "skill", "moving")


@dataclass(frozen=True)
class Costs:
    """A grid of jobs (rows) and openings (columns) for each part of the cost."""

    parts: dict[str, Grid]
    total: Grid
    """Their sum; infinite where the technician should not or cannot be sent."""
    levels: NDArray[np.int64]
    """How well each member (column) can do each job (row); 0 is not at all."""


def unrouted(job: Job) -> float:
    """What it costs to leave a job, in minutes of driving."""
    return UNROUTED * job.weight


def of(case: Case) -> Costs:
    """Cost out every job at every opening."""
    levels = _levels(case)
    member = _member_of_openings(case)
    fits = levels > 0
    fits &= _ways(case) <= FURTHEST_MINUTES
    parts: dict[str, Grid] = {
        **_by_time(case),
        "parts": _missing_parts(case)[:, member] * MISSING_PARTS,
        "skill": (skill.BEST - levels)[:, member].astype(np.float64) * A_LEVEL_LESS,
        "moving": _moving(case),
    }
    total = sum((parts[name] for name in NAMES), np.zeros((len(case.jobs), len(case.openings))))
    return Costs(parts, np.where(fits[:, member] & _allowed(case), total, np.inf), levels)


def _member_of_openings(case: Case) -> NDArray[np.int64]:
    places = {each.name: place for place, each in enumerate(case.crew)}
    return np.array([places[each.technician] for each in case.openings], np.int64)


def _levels(case: Case) -> NDArray[np.int64]:
    found = [[_level(job, member) for member in case.crew] for job in case.jobs]
    return np.array(found, np.int64).reshape(len(case.jobs), len(case.crew))


def _level(job: Job, member: Member) -> int:
    if job.only is not None:
        # Who was chosen by a person goes, whatever they have learned.
        return skill.BEST if job.only == member.name else 0
    return skill.level(member.types, member.skills, job.type, job.problem, job.skills)


def _ways(case: Case) -> Grid:
    """Minutes from each member's home to each job; none for whom a person has chosen."""
    jobs = len(case.jobs)
    places = [each.place for each in case.jobs] + [each.home for each in case.crew]
    ways = travel.matrix(places)[:jobs, jobs:]
    ways[[job.only is not None for job in case.jobs]] = 0.0
    return ways


def _missing_parts(case: Case) -> Grid:
    found = [[_share_missing(job.parts, member) for member in case.crew] for job in case.jobs]
    return np.array(found, float).reshape(len(case.jobs), len(case.crew))


def _share_missing(parts: Sequence[str], member: Member) -> float:
    missing = sum(member.parts.get(each, 0) < 1 for each in parts)
    return missing / len(parts) if parts else 0.0


def _by_time(case: Case) -> dict[str, Grid]:
    begins = np.array([_hours(each.begins_at - case.now) for each in case.openings])
    due = np.array([_hours(each.due_at - case.now) for each in case.jobs])
    weight = np.array([each.weight for each in case.jobs])[:, None]
    return {
        "waiting": WAITING_AN_HOUR * weight * np.maximum(begins, 0.0),
        "late": LATE_AN_HOUR * weight * np.maximum(begins - np.maximum(due, 0.0)[:, None], 0.0),
    }


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600


def _moving(case: Case) -> Grid:
    found = np.zeros((len(case.jobs), len(case.openings)))
    for row, job in enumerate(case.jobs):
        if job.now_at is not None:
            before = job.now_at
            found[row] = [
                OTHER_TIME * (each.begins_at != before.begins_at)
                + OTHER_TECHNICIAN * (each.technician != before.technician)
                for each in case.openings
            ]
    return found


def _allowed(case: Case) -> NDArray[np.bool_]:
    """Whether an opening is late enough, and at the time that somebody chose."""
    begins = np.array([_hours(each.begins_at - case.now) for each in case.openings])
    first = np.array([_hours(each.not_before - case.now) for each in case.jobs])
    found = begins >= first[:, None]
    for row, job in enumerate(case.jobs):
        if job.only_at is not None:
            found[row] &= [each.begins_at == job.only_at for each in case.openings]
        if job.now_at is not None:
            found[row] |= [each.start == job.now_at for each in case.openings]
    return found
