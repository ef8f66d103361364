"""A ticket's way through its states, and the queue."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from devices.catalogue.appliance_type import Severity
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import pool
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import one_open, ticket
from tickets.lifecycle import State, TransitionError
from tickets.ticket import Move


@pytest.fixture
def opened(house: House) -> int:
    """A new ticket, committed."""
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling"))
    house.connection.commit()
    return one.id


def test_a_ticket_goes_through_its_life(house: House, opened: int) -> None:
    visit = START + timedelta(days=1)
    asked = [
        Move(State.TRIAGED, 1, "mei", assignee="wang"),
        Move(State.SCHEDULED, 2, "mei", visit_at=visit, note="in the morning"),
        Move(State.SCHEDULED, 3, "mei", visit_at=visit + timedelta(hours=2)),
        Move(State.RESOLVED, 4, "wang", note="fan replaced"),
        Move(State.CLOSED, 5, "mei"),
    ]
    for number, move in enumerate(asked):
        after = ticket.move(house.connection, opened, move, START + number * MINUTE)
        assert (after.state, after.version) == (move.state, move.version + 1)
    assert (after.assignee, after.visit_at) == ("wang", visit + timedelta(hours=2))
    history = ticket.history(house.connection, opened)
    assert [step.state_after for step in history] == [
        "new",
        "triaged",
        "scheduled",
        "scheduled",
        "resolved",
        "closed",
    ]
    assert [step.state_before for step in history[1:]] == [s.state_after for s in history[:-1]]
    assert history[4].note == "fan replaced"
    assert ticket.queue(house.connection) == []


def test_what_makes_no_sense_is_refused_and_changes_nothing(house: House, opened: int) -> None:
    with pytest.raises(TransitionError, match="new cannot become closed"):
        ticket.move(house.connection, opened, Move(State.CLOSED, 1, "mei"), START)
    assert ticket.get(house.connection, opened).version == 1
    assert len(ticket.history(house.connection, opened)) == 1


def test_of_two_dispatchers_with_one_version_the_second_is_told(
    house: House, opened: int, database_url: str
) -> None:
    move = Move(State.TRIAGED, 1, "mei", assignee="wang")
    with pool.connect(database_url) as other:
        ticket.move(other, opened, replace(move, actor="li", assignee="zhao"), START)
    with pytest.raises(ConflictError, match="changed by somebody else"):
        ticket.move(house.connection, opened, move, START)
    assert ticket.get(house.connection, opened).assignee == "zhao"


def test_a_triaged_ticket_needs_nobody_yet_and_a_scheduled_one_a_technician_and_a_time(
    house: House, opened: int
) -> None:
    ticket.move(house.connection, opened, Move(State.TRIAGED, 1, "mei"), START)
    with pytest.raises(InvalidError, match="needs a technician"):
        ticket.move(house.connection, opened, Move(State.SCHEDULED, 2, "mei"), START)
    with pytest.raises(InvalidError, match="needs the time"):
        ticket.move(house.connection, opened, Move(State.SCHEDULED, 2, "mei", "wang"), START)
    assert ticket.get(house.connection, opened).state == "triaged"


def test_a_visit_may_be_given_to_another_without_saying_its_time_again(
    house: House, opened: int
) -> None:
    ticket.move(house.connection, opened, Move(State.TRIAGED, 1, "mei", "wang"), START)
    ticket.move(house.connection, opened, Move(State.SCHEDULED, 2, "mei", visit_at=START), START)
    after = ticket.move(house.connection, opened, Move(State.SCHEDULED, 3, "mei", "zhao"), START)
    assert (after.assignee, after.visit_at) == ("zhao", START)


def test_whoever_comes_again_needs_a_new_time(house: House, opened: int) -> None:
    moves = [
        Move(State.TRIAGED, 1, "mei", "wang"),
        Move(State.SCHEDULED, 2, "mei", visit_at=START),
        Move(State.DISPATCHED, 3, "wang"),
        Move(State.ON_SITE, 4, "wang"),
    ]
    for move in moves:
        ticket.move(house.connection, opened, move, START)
    with pytest.raises(InvalidError, match="needs the time"):
        ticket.move(house.connection, opened, Move(State.SCHEDULED, 5, "wang"), START)
    later = START + timedelta(days=2)
    again = Move(State.SCHEDULED, 5, "wang", visit_at=later)
    assert ticket.move(house.connection, opened, again, START).visit_at == later


def test_a_ticket_opens_again_unless_another_is_open_for_its_trouble(
    house: House, opened: int
) -> None:
    for number, state in enumerate((State.TRIAGED, State.RESOLVED), 1):
        ticket.move(house.connection, opened, Move(state, number, "mei"), START)
    (second,), _ = house.follow(house.find(house.fridge, "poor_cooling", 60, signal="code:E7"))
    with pytest.raises(ConflictError, match=f"ticket {second.id} is open for poor_cooling"):
        ticket.move(house.connection, opened, Move(State.REOPENED, 3, "mei"), START)
    ticket.move(house.connection, second.id, Move(State.CANCELLED, 1, "mei"), START)
    after = ticket.move(house.connection, opened, Move(State.REOPENED, 3, "mei"), START)
    assert (after.state, after.version) == ("reopened", 4)


def test_of_two_that_open_again_at_once_one_is_told_of_the_other(
    house: House, opened: int, database_url: str
) -> None:
    ticket.move(house.connection, opened, Move(State.CANCELLED, 1, "mei"), START)
    (second,), _ = house.follow(house.find(house.fridge, "poor_cooling", 60, signal="code:E7"))
    ticket.move(house.connection, second.id, Move(State.CANCELLED, 1, "mei"), START)
    house.connection.commit()
    refused: list[ConflictError] = []

    def reopen_the_second() -> None:
        with pool.connect(database_url) as other:
            try:
                ticket.move(other, second.id, Move(State.REOPENED, 2, "li"), START)
            except ConflictError as error:
                refused.append(error)

    ticket.move(house.connection, opened, Move(State.REOPENED, 2, "mei"), START)
    waiting = threading.Thread(target=reopen_the_second)
    waiting.start()
    house.connection.commit()
    waiting.join(60)
    assert [each.status for each in refused] == [409]
    assert one_open.open_of(house.connection, house.fridge, "poor_cooling") == opened


def test_a_ticket_that_is_taken_back_forgets_the_technician_and_the_visit(
    house: House, opened: int
) -> None:
    ticket.move(house.connection, opened, Move(State.TRIAGED, 1, "mei", assignee="wang"), START)
    ticket.move(house.connection, opened, Move(State.SCHEDULED, 2, "mei", visit_at=START), START)
    back = ticket.move(house.connection, opened, Move(State.TRIAGED, 3, "mei"), START)
    assert (back.assignee, back.visit_at) == ("wang", None)
    again = ticket.move(house.connection, opened, Move(State.NEW, 4, "mei"), START)
    assert (again.assignee, again.visit_at) == (None, None)


def test_an_unknown_ticket_is_not_found(house: House) -> None:
    with pytest.raises(NotFoundError, match="404"):
        ticket.move(house.connection, 404, Move(State.CLOSED, 1, "mei"), START)


def test_the_queue_has_danger_first_then_what_weighs_most_then_age(house: House) -> None:
    house.follow(
        house.find(house.fridge, "weak_airflow", 1, severity=Severity.LOW),
        house.find(house.fridge, "poor_cooling", 9, severity=Severity.HIGH),
        house.find(house.fridge, "works_too_hard", 3, severity=Severity.HIGH),
        house.find(house.purifier, "leak", 10),
    )
    assert [each.problem for each in ticket.queue(house.connection)] == [
        "leak",
        "poor_cooling",
        "works_too_hard",
        "weak_airflow",
    ]
    assert len(ticket.queue(house.connection, limit=2)) == 2
    assert ticket.counts(house.connection) == {"new": 4}


def test_tickets_are_paged_newest_first_and_filtered(house: House, opened: int) -> None:
    (two,), _ = house.follow(house.find(house.purifier, "pump", 5))
    ticket.move(house.connection, two.id, Move(State.CANCELLED, 1, "mei"), START)

    def ids(**asked: object) -> list[int]:
        return [each.id for each in ticket.page(house.connection, **asked)]  # type: ignore[arg-type]

    assert ids() == [two.id, opened]
    assert ids(before_id=two.id) == ids(open_only=True) == ids(device_id=house.fridge) == [opened]
    assert ids(state=State.CANCELLED) == ids(limit=1) == [two.id]
    assert ids(household_id=house.household) == [two.id, opened]
    assert ids(region="nowhere") == ids(household_id=404) == []
