"""What service knows of trouble tells which hours must not teach what healthy is."""

from __future__ import annotations

from datetime import timedelta

from alerts import alert
from models.history import labels
from models.history.labels import BEFORE, Span
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import ticket, verdict
from tickets.lifecycle import State
from tickets.ticket import Move
from tickets.verdict import Finding, Verdict

BEGAN = START - 120 * MINUTE
"""When what the finding saw began."""
LATER = START + timedelta(days=3)


def spans(house: House) -> list[Span]:
    return labels.unhealthy(house.connection, "refrigerator", START - timedelta(days=9), LATER)


def judge(house: House, number: int, given: Verdict) -> None:
    found = ticket.get(house.connection, number)
    description = house.catalogue["refrigerator"]
    verdict.record(house.connection, found, description, given, "tom", START + 180 * MINUTE)


def test_an_open_ticket_counts_from_before_its_alert_until_now(house: House) -> None:
    house.follow(house.find(house.fridge, "poor_cooling"))
    assert spans(house) == [Span(house.fridge, BEGAN - BEFORE, LATER)]


def test_a_resolved_ticket_counts_until_its_end(house: House) -> None:
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling"))
    asked = Move(State.TRIAGED, version=1, actor="dora", assignee="tom")
    ticket.move(house.connection, opened[0].id, asked, START)
    asked = Move(State.RESOLVED, version=2, actor="tom")
    ticket.move(house.connection, opened[0].id, asked, START + 90 * MINUTE)
    assert spans(house) == [Span(house.fridge, BEGAN - BEFORE, START + 90 * MINUTE)]


def test_what_a_technician_found_to_be_nothing_is_healthy(house: House) -> None:
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling"))
    asked = Move(State.TRIAGED, version=1, actor="dora", assignee="tom")
    ticket.move(house.connection, opened[0].id, asked, START)
    judge(house, opened[0].id, Verdict(Finding.COULD_NOT_REPRODUCE))
    assert len(spans(house)) == 1
    judge(house, opened[0].id, Verdict(Finding.NO_FAULT_FOUND))
    assert spans(house) == []


def test_an_alert_without_a_ticket_counts_until_it_cleared(house: House) -> None:
    alert.record(house.connection, [house.find(house.fridge, "poor_cooling")])
    assert spans(house) == [Span(house.fridge, BEGAN - BEFORE, LATER)]
    over = house.find(house.fridge, "poor_cooling", 60, fires=False)
    alert.record(house.connection, [over])
    assert spans(house) == [Span(house.fridge, BEGAN - BEFORE, over.at)]


def test_that_nothing_is_heard_says_nothing_about_the_time_before(house: House) -> None:
    house.follow(house.find(house.fridge, "offline"))
    assert spans(house) == []


def test_other_types_and_what_comes_later_are_not_told(house: House) -> None:
    house.follow(house.find(house.purifier, "leak"))
    house.follow(house.find(house.fridge, "poor_cooling", minute=6 * 24 * 60))
    assert spans(house) == []
