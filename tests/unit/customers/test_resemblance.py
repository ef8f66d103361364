"""Two households look like one by what they share, and not by what many have."""

from __future__ import annotations

import pytest

from customers.duplicates import neighbourhood, resemblance
from customers.duplicates.resemblance import LEAST, Card, card

LI = card(1, "north", ["Li family", "Li Ming"], "8 Lotus Road", ["+861055550199"], ["li@a.org"])


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (card(2, "north", ["LI  FAMILY"], "8, Lotus Road"), {"name", "address"}),
        (card(2, "north", ["Ming Li"], "8 Lotus Rd."), {"name", "address"}),
        (card(2, "south", ["Wang"], "", ["+861055550199"]), {"phone"}),
        (card(2, "south", ["Wang"], "", [], ["LI@a.org"]), {"email"}),
        (card(2, "south", ["Li Min"], "", ["+861055550199"]), {"phone", "name"}),
    ],
)
def test_a_household_told_of_twice_is_noticed(other: Card, reasons: set[str]) -> None:
    pair = resemblance.compare(LI, other)
    assert pair.score >= LEAST
    assert set(pair.reasons) == reasons


@pytest.mark.parametrize(
    "other",
    [
        card(2, "north", ["Li family"], "77 Market Street"),
        card(2, "north", ["Wang family"], "8 Lotus Road"),
        card(2, "north", ["Li family"], "9 Lotus Road"),
        card(2, "north", ["Li family"], ""),
        card(2, "north", ["Baker"], "1 Long Lane", ["+441234567890"], ["b@a.org"]),
    ],
)
def test_a_namesake_or_a_neighbour_is_not(other: Card) -> None:
    assert resemblance.compare(LI, other).score < LEAST


def test_chinese_homes_are_told_apart_by_their_numbers() -> None:
    home = card(1, "qingdao", ["王伟家"], "市南区海景路12号3单元")
    same = card(2, "qingdao", ["王伟"], "市南区 海景路１２号 3单元")
    next_door = card(3, "qingdao", ["王伟家"], "市南区海景路14号3单元")
    assert resemblance.compare(home, same).score >= LEAST
    assert resemblance.compare(home, next_door).score < LEAST


def test_what_agrees_in_more_is_more_alike() -> None:
    phone = card(2, "north", ["Wang"], "", ["+861055550199"])
    and_name = card(3, "north", ["Li Ming"], "", ["+861055550199"])
    and_address = card(4, "north", ["Li Ming"], "8 Lotus Road", ["+861055550199"])
    scores = [resemblance.compare(LI, each).score for each in (phone, and_name, and_address)]
    assert scores == sorted(set(scores))
    assert scores[-1] <= 100


def test_order_does_not_matter_and_the_older_one_is_first() -> None:
    other = card(9, "north", ["Li"], "8 Lotus Road")
    assert resemblance.compare(other, LI) == resemblance.compare(LI, other)
    assert resemblance.compare(other, LI).first_id == 1


def test_of_ten_thousand_that_are_alike_each_is_paired_once() -> None:
    many = [
        card(n, "north", ["Li family"], "8 Lotus Road", ["+861055550199"]) for n in range(1, 10_001)
    ]
    found = neighbourhood.alike(many)
    assert len(found) == 9_999
    joined = {1}
    for pair in sorted(found, key=lambda each: (each.first_id, each.second_id)):
        joined |= {pair.first_id, pair.second_id}
    assert joined == set(range(1, 10_001))


def test_two_that_somebody_told_apart_are_not_paired() -> None:
    twins = [card(n, "north", ["Li"], "8 Lotus Road") for n in (1, 2)]
    assert len(neighbourhood.alike(twins)) == 1
    assert neighbourhood.alike(twins, apart=[(1, 2)]) == []


def test_a_third_is_still_paired_when_two_were_told_apart() -> None:
    three = [card(n, "north", ["Li"], "8 Lotus Road", ["+861055550199"]) for n in (1, 2, 3)]
    found = neighbourhood.alike(three, apart=[(1, 2)])
    assert {(each.first_id, each.second_id) for each in found} == {(1, 3), (2, 3)}


def test_the_number_of_comparisons_grows_with_the_fleet_and_not_with_its_square() -> None:
    crowd = [card(n, "north", ["Li"], "8 Lotus Road", ["+861055550199"]) for n in range(2000)]
    assert len(set(neighbourhood._neighbours(crowd))) < 2000 * (2 * neighbourhood.WINDOW + 1)
