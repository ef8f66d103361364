"""Whose a phone number is, with its country or without."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from customers import contact, household, phone_book, profile
from storage.pool import Connection

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def homes(shared: Connection) -> dict[str, int]:
    """Three homes: in Britain and China by their clocks, and in France by what is told."""
    told = [
        household.Entry("baker", "Baker", region="west", time_zone="Europe/London"),
        household.Entry("li", "Li", region="east", time_zone="Asia/Shanghai"),
        household.Entry("petit", "Petit", region="west"),
    ]
    ids = household.upsert(shared, told, NOW)
    profile.record(shared, [profile.Entry(ids["petit"], country="FR")])
    phones = {"baker": "+441174960123", "li": "+861055550199", "petit": "+33123456789"}
    entries = [contact.Entry(ids[name], name, name, phone=told) for name, told in phones.items()]
    contact.upsert(shared, entries, NOW, source="test")
    return ids


@pytest.mark.parametrize(
    ("phone", "name"),
    [
        ("+44 117 496 0123", "baker"),
        ("0117 496 0123", "baker"),
        ("0044 117 496 0123", "baker"),
        ("\uff10\uff11\uff10 5555 0199", "li"),
        ("01 23 45 67 89", "petit"),
    ],
)
def test_a_number_is_found_as_its_people_dial_it(
    shared: Connection, homes: dict[str, int], phone: str, name: str
) -> None:
    assert phone_book.households(shared, phone) == [homes[name]]


@pytest.mark.parametrize("phone", ["0117 496 0124", "117", "door", "", "+0117 496 0123"])
def test_a_number_of_nobody_finds_nobody(
    shared: Connection, homes: dict[str, int], phone: str
) -> None:
    assert homes
    assert phone_book.households(shared, phone) == []


def test_a_number_is_read_by_the_country_of_its_household_alone(
    shared: Connection, homes: dict[str, int]
) -> None:
    abroad = contact.Entry(homes["li"], "C-9", "Li Na", phone="+441174960999")
    contact.upsert(shared, [abroad], NOW, source="test")
    assert phone_book.households(shared, "0117 496 0999") == []
    assert phone_book.households(shared, "+44 117 496 0999") == [homes["li"]]


def test_a_region_finds_its_own_households_only(shared: Connection, homes: dict[str, int]) -> None:
    for phone in ("010 5555 0199", "+86 10 5555 0199"):
        assert phone_book.households(shared, phone, "east") == [homes["li"]]
        assert phone_book.households(shared, phone, "west") == []


def test_one_number_of_two_homes_finds_both(shared: Connection, homes: dict[str, int]) -> None:
    other = contact.Entry(homes["petit"], "C-9", "Ada", phone="+441174960123")
    contact.upsert(shared, [other], NOW, source="test")
    both = sorted([homes["baker"], homes["petit"]])
    assert phone_book.households(shared, "+441174960123") == both
    assert phone_book.households(shared, "0117 496 0123") == [homes["baker"]]
