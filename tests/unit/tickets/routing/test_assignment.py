"""Giving out all tickets at once: what must hold for any region, and cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import routing as made_up
from tickets.routing import assignment, cost, explanation, travel
from tickets.routing.case import Booked, Case, Job, Member, Opening, Start
from tickets.routing.plan import Plan
from tickets.routing.travel import Place
from tickets.visits.visit import LENGTH

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
TODAY = date(2026, 6, 1)
HOUR = timedelta(hours=1)
TOWN, VILLAGE = Place(51.45, -2.6), Place(51.75, -2.6)


def _job(number: int = 1, **change: object) -> Job:
    job = Job(
        ticket_id=number,
        type="fridge",
        problem="warm",
        skills=("cooling",),
        parts=(),
        place=TOWN,
        weight=1.0,
        safety=False,
        not_before=NOW,
        due_at=NOW + 48 * HOUR,
    )
    return replace(job, **change)  # type: ignore[arg-type]


def _member(name: str, place: Place = TOWN, level: int = 3, **change: object) -> Member:
    return replace(Member(name, place, skills={"cooling": level}), **change)  # type: ignore[arg-type]


def _opening(name: str, hours: float) -> Opening:
    at = NOW + hours * HOUR
    return Opening(name, at.date(), at, at + LENGTH)


def _case(jobs: list[Job], crew: list[Member], hours: tuple[float, ...] = (2, 4)) -> Case:
    openings = [_opening(each.name, hour) for each in crew for hour in hours]
    return Case("north", NOW, tuple(jobs), tuple(crew), tuple(openings))


def _given(plan: Plan) -> list[Start | None]:
    return [None if at is None else plan.case.openings[at].start for at in plan.at]


def _together(case: Case) -> Plan:
    return assignment.together(case, cost.of(case))


def test_who_is_near_goes() -> None:
    case = _case([_job(place=VILLAGE)], [_member("Ann"), _member("Ben", VILLAGE)])
    assert _given(_together(case)) == [Start("Ben", NOW + 2 * HOUR)]


def test_a_trade_that_helps_the_whole_is_found_where_one_by_one_it_is_not() -> None:
    # Ann alone can do the rare job; one by one, the weightier common job takes her only opening.
    rare = _job(2, skills=("gas",), weight=0.9)
    ann = _member("Ann", skills={"cooling": 3, "gas": 3})
    case = _case([_job(1, weight=1.0), rare], [ann, _member("Ben", VILLAGE)], (2,))
    costs = cost.of(case)
    assert _given(assignment.in_turn(case, costs))[1] is None
    assert [each and each.technician for each in _given(assignment.together(case, costs))] == [
        "Ben",
        "Ann",
    ]


def test_a_danger_has_the_first_opening_and_is_not_left_for_two_others() -> None:
    danger = _job(9, safety=True, weight=10.0)
    case = _case([_job(1), _job(2), danger], [_member("Ann")])
    plan = _together(case)
    assert _given(plan)[2] == Start("Ann", NOW + 2 * HOUR)
    assert _given(plan).count(None) == 1


def test_an_urgent_job_is_on_time_and_a_patient_one_waits() -> None:
    urgent = _job(2, due_at=NOW + 3 * HOUR)
    plan = _together(_case([_job(1), urgent], [_member("Ann")]))
    assert _given(plan) == [Start("Ann", NOW + 4 * HOUR), Start("Ann", NOW + 2 * HOUR)]


def test_parts_in_the_van_and_practice_decide_between_neighbours() -> None:
    ready = _member("Zoe", parts={"fan": 1})
    job = _job(parts=("fan",))
    assert (
        _given(_together(_case([job], [_member("Ann"), ready])))[0] or _nobody()
    ).technician == "Zoe"
    better = _case([_job()], [_member("Ann", level=1), _member("Zoe")])
    assert (_given(_together(better))[0] or _nobody()).technician == "Zoe"


def _nobody() -> Start:
    return Start("nobody", NOW)


def test_a_set_visit_stays_unless_that_is_much_dearer() -> None:
    before = Start("Ben", NOW + 4 * HOUR)
    case = _case([_job(now_at=before)], [_member("Ann"), _member("Ben", Place(51.46, -2.6))])
    assert _given(_together(case)) == [before]
    far = _case([_job(now_at=before)], [_member("Ann"), _member("Ben", Place(52.2, -2.6))])
    assert _given(_together(far)) == [Start("Ann", NOW + 4 * HOUR)], "at the time it was set for"


def test_who_was_laid_aside_to_make_room_goes_back_unless_the_room_was_needed() -> None:
    early, late = Start("Ann", NOW + 2 * HOUR), Start("Ann", NOW + 4 * HOUR)
    case = _case(
        [_job(1, now_at=early), _job(2, now_at=late), _job(3)], [_member("Ann")], (2, 4, 6, 8)
    )
    plan = Plan(case, cost.of(case))
    for job, opening in enumerate((2, 3, 1)):
        plan.put(job, opening)
    assignment.put_back(plan, [0, 1])
    # The third took the second's time; the second has its own new one.
    assert _given(plan) == [early, Start("Ann", NOW + 8 * HOUR), late]
    _check(plan)
    plan.lift(2)
    assignment.put_back(plan, [1, 0])
    assert _given(plan) == [early, late, None]


def test_a_visit_that_another_has_to_leave_goes_back_once_it_has() -> None:
    early, late = Start("Ann", NOW + 2 * HOUR), Start("Ann", NOW + 4 * HOUR)
    case = _case([_job(1, now_at=early), _job(2, now_at=late)], [_member("Ann")], (2, 4, 6))
    plan = Plan(case, cost.of(case))
    plan.put(0, 1)
    plan.put(1, 2)
    assignment.put_back(plan, [1, 0])
    assert _given(plan) == [early, late]


def test_who_is_chosen_by_a_person_goes_though_untrained_and_far() -> None:
    far = _member("Ben", Place(53.5, -2.6), skills={})
    plan = _together(_case([_job(only="Ben")], [_member("Ann"), far]))
    assert (_given(plan)[0] or _nobody()).technician == "Ben"
    at = NOW + 4 * HOUR
    timed = _together(_case([_job(only_at=at)], [_member("Ann")]))
    assert _given(timed) == [Start("Ann", at)]


def test_nobody_is_at_two_places_in_too_short_a_time() -> None:
    # Over an hour's drive between town and village, half an hour between the openings.
    case = _case([_job(1), _job(2, place=VILLAGE)], [_member("Ann")], (2, 4))
    assert _given(_together(case)).count(None) == 1
    roomy = _case([_job(1), _job(2, place=VILLAGE)], [_member("Ann")], (2, 6))
    assert None not in _given(_together(roomy))


def test_a_visit_that_stays_is_driven_from_and_counts_for_the_day() -> None:
    booked = Booked("Ann", TODAY, NOW + 2 * HOUR, NOW + 3 * HOUR, VILLAGE)
    case = replace(_case([_job()], [_member("Ann")], (3.5, 5)), booked=(booked,))
    assert _given(_together(case)) == [Start("Ann", NOW + 5 * HOUR)]
    full = replace(case, crew=(_member("Ann", visits_a_day=1),))
    assert _given(_together(full)) == [None]


@pytest.mark.parametrize(
    ("job", "crew", "reason"),
    [
        (_job(), [], "no_technician"),
        (_job(), [_member("Ann", types=frozenset({"oven"}))], "no_type"),
        (_job(skills=("gas",)), [_member("Ann")], "no_skill"),
        (_job(), [_member("Ann", Place(55, -2.6))], "too_far"),
        (_job(not_before=NOW + 99 * HOUR), [_member("Ann")], "no_time"),
        (_job(only="Eve"), [_member("Ann")], "not_here"),
        (_job(only_at=NOW + 7 * HOUR), [_member("Ann")], "not_then"),
    ],
)
def test_the_plainest_reason_is_told(job: Job, crew: list[Member], reason: str) -> None:
    plan = _together(_case([job], crew))
    assert plan.at == [None]
    assert explanation.why_left(plan, 0).reason == reason


def test_the_told_parts_are_the_price_and_the_plan_is_as_before() -> None:
    case = _case([_job(place=VILLAGE, parts=("fan",))], [_member("Ann"), _member("Ben", level=1)])
    plan = _together(case)
    before = plan.total()
    told = explanation.why(plan, 0)
    assert told["technician"] == "Ann"
    assert told["cost"] == pytest.approx(sum(told["parts"].values()), abs=0.5)
    assert told["cost"] == pytest.approx(before, abs=0.5)
    assert told["runner_up"]["technician"] == "Ben"
    assert told["runner_up"]["cost"] == pytest.approx(told["cost"] + 16, abs=0.5)
    assert plan.total() == pytest.approx(before)


def _check(plan: Plan) -> None:
    case, given = plan.case, [at for at in plan.at if at is not None]
    assert len(given) == len(set(given)), "an opening is given once"
    most = {each.name: each.visits_a_day for each in case.crew}
    a_day = Counter((case.openings[at].technician, case.openings[at].day) for at in given)
    assert all(count <= most[name] for (name, _), count in a_day.items())
    for key in a_day:
        visits = sorted(
            (case.openings[at].begins_at, job)
            for job, at in enumerate(plan.at)
            if at is not None and (case.openings[at].technician, case.openings[at].day) == key
        )
        for (one, first), (two, second) in pairwise(visits):
            way = travel.minutes(case.jobs[first].place, case.jobs[second].place)
            assert one + LENGTH + timedelta(minutes=way) <= two + timedelta(seconds=1)
    for job, at in enumerate(plan.at):
        if at is not None:
            assert np.isfinite(plan.costs.total[job, at])
            assert case.openings[at].begins_at >= case.jobs[job].not_before


@given(
    tickets=st.integers(0, 25),
    technicians=st.integers(0, 5),
    days=st.integers(1, 3),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=25)
def test_whatever_the_region_the_plan_can_be_driven_and_costs_no_more_than_one_by_one(
    tickets: int, technicians: int, days: int, seed: int
) -> None:
    case = made_up.made_up(tickets, technicians, days, seed)
    costs = cost.of(case)
    plan, by_turn = assignment.together(case, costs), assignment.in_turn(case, costs)
    _check(plan)
    _check(by_turn)
    assert plan.total() <= by_turn.total() + 1e-6
    assert assignment.together(case, costs).at == plan.at, "the same case, the same answer"
    left = [job for job, at in enumerate(plan.at) if at is None]
    assert all(plan.cheapest(job)[1] is None for job in left), "nobody is left whom one could take"
