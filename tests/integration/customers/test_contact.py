"""Contacts: one primary a household, and a log of what they allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from customers import contact, household
from customers.contact import Entry
from storage.pool import Connection

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def homes(connection: Connection) -> list[int]:
    """The ids of two households."""
    told = [household.Entry("H-1", "Li"), household.Entry("H-2", "Baker")]
    return sorted(household.upsert(connection, told, NOW).values())


def told(connection: Connection, *entries: Entry, at: datetime = NOW) -> dict[str, int]:
    return contact.upsert(connection, entries, at, source="test")


def primaries(connection: Connection, home: int) -> list[str]:
    return [c.external_id for c in contact.of_household(connection, home) if c.is_primary]


def test_the_first_contact_told_of_is_the_primary_one_and_stays_so(
    connection: Connection, homes: list[int]
) -> None:
    home, other = homes
    told(connection, Entry(home, "C-9", "Li"), Entry(home, "C-1", "Na"), Entry(other, "C-5", "Bo"))
    told(connection, Entry(home, "C-0", "Wei"), Entry(home, "C-1", "Na"), Entry(home, "C-9", "Li"))
    assert primaries(connection, home) == ["C-9"]
    assert primaries(connection, other) == ["C-5"]
    people = contact.of_household(connection, home)
    assert people[0].external_id == "C-9"
    assert len(people) == 3


def test_a_primary_contact_that_moves_to_a_household_with_one_is_not_primary_there(
    connection: Connection, homes: list[int]
) -> None:
    home, other = homes
    told(connection, Entry(home, "C-1", "Li"), Entry(home, "C-2", "Na"), Entry(other, "C-3", "Bo"))
    told(connection, Entry(other, "C-1", "Li"))
    assert primaries(connection, other) == ["C-3"]
    assert primaries(connection, home) == ["C-2"]


def test_a_contact_that_moves_to_a_household_without_one_is_primary_there(
    connection: Connection, homes: list[int]
) -> None:
    home, other = homes
    told(connection, Entry(home, "C-1", "Li"))
    told(connection, Entry(other, "C-1", "Li"))
    assert primaries(connection, other) == ["C-1"]
    assert contact.of_household(connection, home) == []


def test_two_households_that_swap_their_contacts_keep_one_primary_each(
    connection: Connection, homes: list[int]
) -> None:
    home, other = homes
    told(connection, Entry(home, "C-1", "Li"), Entry(other, "C-2", "Bo"))
    told(connection, Entry(other, "C-1", "Li"), Entry(home, "C-2", "Bo"), Entry(home, "C-3", "Na"))
    assert primaries(connection, home) == ["C-2"]
    assert primaries(connection, other) == ["C-1"]


def test_only_a_changed_answer_is_logged_and_the_latest_counts(
    connection: Connection, homes: list[int]
) -> None:
    entry = Entry(homes[0], "C-1", "Li", consents=frozenset({"service", "reminders"}))
    number = told(connection, entry)["C-1"]
    told(connection, entry, at=NOW + DAY)
    assert contact.consents(connection, number) == {"service", "reminders"}
    told(connection, replace(entry, consents=frozenset({"service"})), at=NOW + 2 * DAY)
    assert contact.consents(connection, number) == {"service"}
    told(connection, entry, at=NOW + 3 * DAY)
    assert contact.consents(connection, number) == {"service", "reminders"}
    log = connection.execute(
        "SELECT purpose, granted, at FROM hearthwatch.consents WHERE purpose = 'reminders'"
        " ORDER BY id"
    ).fetchall()
    assert log == [
        ("reminders", True, NOW),
        ("reminders", False, NOW + 2 * DAY),
        ("reminders", True, NOW + 3 * DAY),
    ]


def test_of_two_answers_at_one_instant_the_last_one_counts(
    connection: Connection, homes: list[int]
) -> None:
    entry = Entry(homes[0], "C-1", "Li", consents=frozenset({"marketing"}))
    number = told(connection, entry)["C-1"]
    told(connection, replace(entry, consents=frozenset()))
    assert contact.consents(connection, number) == set()
