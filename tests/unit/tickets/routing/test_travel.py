"""How long ways take: by distance, the same there and back, and never shorter by a detour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.routing import skill, travel
from tickets.routing.travel import Place

PLACES = st.builds(Place, st.floats(-89, 89), st.floats(-179, 179))


def test_bristol_to_bath_takes_about_forty_minutes() -> None:
    assert travel.minutes(Place(51.454, -2.588), Place(51.381, -2.359)) == pytest.approx(44, abs=3)


def test_nobody_drives_to_where_they_are() -> None:
    assert travel.minutes(Place(51.0, 0.0), Place(51.0, 0.0)) == 0


@given(st.lists(PLACES, min_size=3, max_size=3))
def test_a_way_is_as_long_back_and_no_detour_is_shorter(places: list[Place]) -> None:
    ways = travel.matrix(places)
    assert ways == pytest.approx(ways.T)
    assert (ways >= 0).all()
    assert ways[0, 2] <= ways[0, 1] + ways[1, 2] + 1e-6


def test_the_middle_of_known_places_stands_for_one_that_is_not() -> None:
    assert travel.middle([]) is None
    assert travel.middle([Place(1, 1), Place(2, 9), Place(9, 2)]) == Place(2, 2)


@pytest.mark.parametrize(
    ("types", "skills", "level"),
    [
        ((), {"electrical": 2, "plumbing": 3}, 2),
        (("washer",), {"electrical": 2, "plumbing": 3}, 2),
        (("fridge",), {"electrical": 2, "plumbing": 3}, 0),
        ((), {"electrical": 2}, 0),
        ((), {"drain": 1}, 1),
        ((), {"washer/drain": 3, "electrical": 1, "plumbing": 1}, 3),
        ((), {"fridge/drain": 3}, 0),
    ],
)
def test_the_weakest_skill_counts_unless_the_problem_itself_was_learned(
    types: tuple[str, ...], skills: dict[str, int], level: int
) -> None:
    assert skill.level(types, skills, "washer", "drain", ["electrical", "plumbing"]) == level


def test_a_problem_that_asks_for_nothing_can_be_done_by_who_knows_the_type() -> None:
    assert skill.level(("washer",), {}, "washer", "anything", []) == 1
    assert skill.level(("fridge",), {}, "washer", "anything", []) == 0


def test_missing_skills_are_those_that_nobody_has_or_nobody_together() -> None:
    crew: list[tuple[tuple[str, ...], dict[str, int]]] = [
        ((), {"electrical": 1}),
        ((), {"plumbing": 1}),
    ]
    assert skill.missing(crew, "washer", ["electrical", "gas"]) == ["gas"]
    assert skill.missing(crew, "washer", ["electrical", "plumbing"]) == ["electrical", "plumbing"]
