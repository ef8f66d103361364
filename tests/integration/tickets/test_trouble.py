"""Tickets and verdicts as models learn of them: as they were known at an instant."""

from __future__ import annotations

from models.history import trouble
from models.history.trouble import Trouble
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import ticket, verdict
from tickets.lifecycle import State
from tickets.ticket import Move
from tickets.verdict import Finding, Verdict


def troubles(house: House, since: float = -600, at: float = 600) -> list[Trouble]:
    window = START + since * MINUTE, START + at * MINUTE
    return trouble.of_type(house.connection, "refrigerator", *window)


def visited(house: House) -> int:
    """The number of a ticket: opened, assigned, and judged and resolved three hours later."""
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling"))
    number = opened[0].id
    description = house.catalogue["refrigerator"]
    assigned = Move(State.TRIAGED, version=1, actor="dora", assignee="tom")
    found = ticket.move(house.connection, number, assigned, START)
    given = Verdict(Finding.CONFIRMED, mode="poor_cooling")
    verdict.record(house.connection, found, description, given, "tom", START + 180 * MINUTE)
    resolved = Move(State.RESOLVED, version=2, actor="tom")
    ticket.move(house.connection, number, resolved, START + 180 * MINUTE)
    return number


def test_a_ticket_tells_when_its_trouble_began_and_what_was_found(house: House) -> None:
    number = visited(house)
    (found,) = troubles(house)
    assert (found.ticket_id, found.device_id) == (number, house.fridge)
    assert (found.began_at, found.opened_at) == (START - 120 * MINUTE, START)
    assert found.ended_at == START + 180 * MINUTE
    assert (found.finding, found.mode, found.healthy) == ("confirmed", "poor_cooling", False)


def test_what_was_said_later_is_not_known(house: House) -> None:
    visited(house)
    (found,) = troubles(house, at=60)
    assert (found.finding, found.mode, found.ended_at) == (None, None, None)
    assert troubles(house, at=-1) == []


def test_tickets_that_ended_before_are_left_out(house: House) -> None:
    visited(house)
    assert len(troubles(house, since=180)) == 1
    assert troubles(house, since=181) == []


def test_the_last_verdict_counts_and_other_types_are_not_told(house: House) -> None:
    number = visited(house)
    house.follow(house.find(house.purifier, "leak"))
    found = ticket.get(house.connection, number)
    description = house.catalogue["refrigerator"]
    last = Verdict(Finding.NO_FAULT_FOUND)
    verdict.record(house.connection, found, description, last, "tom", START + 200 * MINUTE)
    (known,) = troubles(house)
    assert known.healthy
    assert known.mode is None
