"""Why a job was given to whom it was, or to nobody: as figures, for pages to tell. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tickets.routing import cost, skill
from tickets.routing.case import Case, Job
from tickets.routing.plan import Plan


@dataclass(frozen=True)
class Left:
    """Why nobody could be found: a reason by name, and its facts."""

    reason: str
    facts: Mapping[str, Any]


def why(plan: Plan, job: int) -> dict[str, Any]:
    """The cost of a job where it is, by its parts, and that of the best other technician."""
    opening = plan.at[job]
    if opening is None:
        return {}
    plan.lift(job)
    told = _told(plan, job, opening)
    chosen = plan.case.openings[opening].technician
    _, second = plan.cheapest(job, besides={chosen})
    told["runner_up"] = None if second is None else _told(plan, job, second)
    told["able"] = int((plan.costs.levels[job] > 0).sum())
    plan.put(job, opening)
    return told


def _told(plan: Plan, job: int, opening: int) -> dict[str, Any]:
    asked = plan.case.openings[opening]
    way = plan.way(job, opening)
    parts = {name: float(plan.costs.parts[name][job, opening]) for name in cost.NAMES}
    if way is not None:
        short = plan.short(job, opening)
        parts["parts"] += short.own
        parts |= {"travel": way.travel, "balance": way.balance, "taken": short.others}
    return {
        "technician": asked.technician,
        "begins_at": asked.begins_at.isoformat(),
        "cost": round(sum(parts.values()), 1),
        "parts": {name: round(value, 1) for name, value in parts.items() if round(value, 1)},
    }


def why_left(plan: Plan, job: int) -> Left:
    """Say what keeps everybody from going, the plainest reason first."""
    case, asked = plan.case, plan.case.jobs[job]
    if not case.crew:
        return Left("no_technician", {"region": case.region})
    if asked.only is not None and asked.only not in {each.name for each in case.crew}:
        return Left("not_here", {"technician": asked.only, "region": case.region})
    if not (plan.costs.levels[job] > 0).any():
        return _nobody_able(case, asked)
    facts = {"region": case.region, **_until(case)}
    if asked.only is not None or asked.only_at is not None:
        at = asked.only_at.isoformat() if asked.only_at else None
        return Left("not_then", {**facts, "technician": asked.only, "begins_at": at})
    if not np.isfinite(plan.costs.total[job]).any() and _too_far(plan, job):
        return Left("too_far", {"region": case.region, "minutes": cost.FURTHEST_MINUTES})
    able = int((plan.costs.levels[job] > 0).sum())
    return Left("no_time", {**facts, "able": able, "skills": list(asked.skills)})


def _nobody_able(case: Case, job: Job) -> Left:
    knows = [each for each in case.crew if not each.types or job.type in each.types]
    if not knows:
        return Left("no_type", {"type": job.type, "region": case.region})
    lacking = skill.missing([(each.types, each.skills) for each in knows], job.type, job.skills)
    return Left("no_skill", {"skills": lacking, "region": case.region})


def _too_far(plan: Plan, job: int) -> bool:
    """Whether those who are able have openings, but none near enough."""
    able = {
        member.name
        for member, level in zip(plan.case.crew, plan.costs.levels[job], strict=True)
        if level > 0
    }
    first = plan.case.jobs[job].not_before
    return any(each.technician in able and each.begins_at >= first for each in plan.case.openings)


def _until(case: Case) -> dict[str, str]:
    last = max((each.begins_at for each in case.openings), default=None)
    return {} if last is None else {"until": last.isoformat()}
