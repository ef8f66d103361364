"""One part in a van is for one visit, within a plan and beside the visits that stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import routing as made_up
from tickets.routing import assignment, cost, explanation
from tickets.routing.case import Booked, Case, Job, Member, Opening
from tickets.routing.plan import Plan
from tickets.routing.travel import Place
from tickets.visits.visit import LENGTH

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOWN, NEXT_TOWN = Place(51.45, -2.6), Place(51.5, -2.6)
ZOE = Member("Zoe", TOWN, skills={"cooling": 3}, parts={"fan": 1})
YAN = replace(ZOE, name="Yan", home=NEXT_TOWN)


def _job(number: int, *parts: str) -> Job:
    due = NOW + 48 * HOUR
    return Job(
        number, "fridge", "warm", ("cooling",), parts, TOWN, 1.0, safety=False, not_before=NOW,
        due_at=due,
    )  # fmt: skip


def _openings(*names: str) -> tuple[Opening, ...]:
    begins = [NOW + hour * HOUR for hour in (2, 5)]
    return tuple(Opening(name, at.date(), at, at + LENGTH) for name in names for at in begins)


def _case(jobs: list[Job], *crew: Member) -> Case:
    return Case("north", NOW, tuple(jobs), crew, _openings(*(each.name for each in crew)))


def _whose(case: Case) -> list[str]:
    plan = assignment.together(case, cost.of(case))
    return [case.openings[at].technician for at in plan.at if at is not None]


def _stays(hour: float, *parts: str) -> Booked:
    at = NOW + hour * HOUR
    return Booked("Zoe", at.date(), at, at + LENGTH, TOWN, parts)


def test_two_visits_of_one_plan_do_not_count_on_one_part() -> None:
    fans = [_job(1, "fan"), _job(2, "fan")]
    assert sorted(_whose(_case(fans, ZOE, YAN))) == ["Yan", "Zoe"]
    plenty = replace(ZOE, parts={"fan": 2})
    assert _whose(_case(fans, plenty, YAN)) == ["Zoe", "Zoe"], "nearer, and there is one for each"
    assert _whose(_case([_job(1, "fan"), _job(2)], ZOE, YAN)) == ["Zoe", "Zoe"]


@pytest.mark.parametrize("hour", [0, 9])
def test_a_part_that_a_visit_counts_on_which_stays_is_not_promised_again(hour: float) -> None:
    case = _case([_job(1, "fan")], ZOE, YAN)
    assert _whose(case) == ["Zoe"]
    assert _whose(replace(case, booked=(_stays(hour, "fan"),))) == ["Yan"]
    assert _whose(replace(case, booked=(_stays(hour, "belt"),))) == ["Zoe"]


def test_who_comes_without_a_part_and_who_takes_it_from_others_is_told_apart() -> None:
    case = _case([_job(1, "fan", "belt")], replace(ZOE, parts={"fan": 1, "belt": 1}))
    half = cost.MISSING_PARTS / 2
    for hour, told in ((0, {"parts": half}), (9, {"taken": half})):
        busy = replace(case, booked=(_stays(hour, "fan", "hose"),))
        parts = explanation.why(assignment.together(busy, cost.of(busy)), 0)["parts"]
        assert {name: parts[name] for name in parts if name in {"parts", "taken"}} == told
    alone = explanation.why(assignment.together(case, cost.of(case)), 0)["parts"]
    assert not {"parts", "taken"} & set(alone)


@given(tickets=st.integers(1, 20), technicians=st.integers(1, 3), seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_a_price_is_by_how_much_the_whole_becomes_dearer(
    tickets: int, technicians: int, seed: int
) -> None:
    case = made_up.made_up(tickets, technicians, 2, seed)
    scarce = tuple(
        replace(each, parts=dict.fromkeys(each.parts, 1), visits_a_day=20) for each in case.crew
    )
    second = f"part {seed % 12}"
    several = tuple(replace(job, parts=(*{*job.parts, second},)) for job in case.jobs)
    case = replace(case, crew=scarce, jobs=several)
    plan = assignment.in_turn(case, cost.of(case))
    for job, opening in enumerate(plan.at):
        if opening is not None:
            _check_price(plan, job, opening)


def _check_price(plan: Plan, job: int, opening: int) -> None:
    before = plan.total()
    price = plan.lift(job)
    left = cost.unrouted(plan.case.jobs[job])
    assert plan.total() == pytest.approx(before - price + left)
    plan.put(job, opening)
    assert plan.total() == pytest.approx(before)
