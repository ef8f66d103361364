"""A customer chooses a real time, and of two who want the same one gets it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from devices.catalogue.folder import Catalogue
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import pool
from tests.integration.tickets.routing.conftest import ANN, BEN, DAY, HOUR, MONDAY, Town
from tickets.lifecycle import State
from tickets.routing import pin, slots, trail
from tickets.routing.case import Start
from tickets.routing.pin import Wish
from tickets.routing.slots import Slot

DEADLINE_S = 60.0


def _offer(town: Town, ticket_id: int, count: int = slots.USUAL) -> list[Slot]:
    return slots.offer(town.connection, town.catalogue, ticket_id, town.now, count)


def _book(town: Town, ticket_id: int, slot: Slot | Start) -> None:
    slots.book(town.connection, town.catalogue, ticket_id, slot, "customer", town.now)


def test_slots_are_real_times_of_several_days_in_order(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home())
    offered = _offer(town, opened.id)
    begins = [each.begins_at for each in offered]
    assert len(offered) == slots.USUAL
    assert begins == sorted(set(begins))
    assert len({each.date() for each in begins}) >= 3
    assert begins[0] == MONDAY + 3 * HOUR
    assert all(8 <= each.hour + 1 <= 17 and each.weekday() < 5 for each in begins)
    assert [slots.parse(each.key()) for each in offered] == [each.start for each in offered]


def test_a_chosen_slot_is_set_confirmed_and_not_by_a_person(town: Town) -> None:
    town.hire(ANN, BEN)
    opened = town.open(town.home())
    chosen = _offer(town, opened.id)[-1]
    _book(town, opened.id, chosen)
    found = town.get(opened.id)
    assert (found.state, found.assignee) == (State.SCHEDULED, chosen.technician)
    assert found.visit_at == chosen.begins_at
    assert pin.of(town.connection, [opened.id])[opened.id].confirmed
    (choice,) = trail.of_ticket(town.connection, opened.id)
    assert (choice.by_human, choice.chosen_by) == (False, "customer")
    _book(town, opened.id, chosen)
    assert town.get(opened.id) == found, "the same choice again changes nothing"


def test_an_appointment_can_be_moved_and_then_has_to_be_confirmed_anew(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home())
    town.route()
    slots.confirm(town.connection, opened.id, "customer", town.now)
    first = town.get(opened.id).visit_at
    chosen = _offer(town, opened.id)[-1]
    assert chosen.begins_at != first
    _book(town, opened.id, chosen)
    assert town.get(opened.id).visit_at == chosen.begins_at
    town.move(opened.id, State.SCHEDULED, "Ann", chosen.begins_at + DAY)
    assert not pin.of(town.connection, [opened.id])[opened.id].confirmed


def test_a_slot_that_was_just_taken_is_refused_with_what_is_free(town: Town) -> None:
    town.hire(ANN)
    one, two = town.open(town.home()), town.open(town.home())
    wanted = _offer(town, one.id)[0]
    _book(town, one.id, wanted)
    with pytest.raises(ConflictError, match="just taken") as refused:
        _book(town, two.id, wanted)
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("still free: 2026-06-01 11:00 UTC, ")
    assert town.get(two.id).state == State.NEW


@pytest.mark.parametrize(
    "key", ["", "tomorrow", "20260601T080000Z", "20261301T080000Z~Ann", "~Ann"]
)
def test_what_is_no_slot_is_refused(key: str) -> None:
    with pytest.raises(InvalidError, match="no time to choose"):
        slots.parse(key)


def test_nobody_books_a_time_that_was_never_offered(town: Town) -> None:
    town.hire(ANN, replace(BEN, region="south"))
    opened = town.open(town.home())
    for start in (
        Start("Ann", MONDAY + 2.5 * HOUR),  # not when a visit begins
        Start("Ann", MONDAY - DAY),
        Start("Ann", MONDAY + 5 * DAY),  # a Saturday
        Start("Ben", MONDAY + 3 * HOUR),  # works elsewhere
        Start("nobody", MONDAY + 3 * HOUR),
    ):
        with pytest.raises(ConflictError, match="no longer possible"):
            _book(town, opened.id, start)


def test_a_visit_under_way_cannot_be_chosen_any_more(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home())
    town.route()
    chosen = _offer(town, opened.id)[0]
    town.move(opened.id, State.DISPATCHED)
    with pytest.raises(ConflictError, match="cannot be chosen"):
        _book(town, opened.id, chosen)
    assert _offer(town, opened.id) == []
    with pytest.raises(ConflictError, match="no appointment to confirm"):
        slots.confirm(town.connection, opened.id, "customer", town.now)


def test_an_unknown_ticket_has_no_slots(town: Town) -> None:
    with pytest.raises(NotFoundError):
        _offer(town, 404)


def test_a_dispatcher_may_override_but_not_double_book_and_has_to_say_why(town: Town) -> None:
    town.hire(ANN, BEN)
    one, two = town.open(town.home()), town.open(town.home())
    evening = MONDAY + 13 * HOUR  # long after working hours
    made = pin.place(town.connection, one, Wish("Ben", evening, "asked for"), "dora", town.now)
    assert (made.assignee, made.visit_at) == ("Ben", evening)
    (choice,) = trail.of_ticket(town.connection, one.id)
    assert (choice.by_human, choice.chosen_by) == (True, "staff")
    pinned = pin.of(town.connection, [one.id])[one.id]
    assert (pinned.reason, pinned.technician, pinned.confirmed) == ("asked for", "Ben", False)
    with pytest.raises(ConflictError, match=f"at ticket {one.id} then"):
        pin.place(town.connection, two, Wish("Ben", evening, "likewise"), "dora", town.now)
    for wish, message in (
        (Wish(None, None, "why"), "needs a technician"),
        (Wish("Ann", None, " "), "needs a reason"),
        (Wish("Ann", MONDAY - DAY, "why"), "in the past"),
    ):
        with pytest.raises(InvalidError, match=message):
            pin.place(town.connection, two, wish, "dora", town.now)
    assert pin.release(town.connection, one.id)
    assert not pin.release(town.connection, one.id)


def test_a_technician_of_another_region_cannot_be_pinned(town: Town) -> None:
    town.hire(ANN, replace(BEN, region="south"))
    opened = town.open(town.home())
    with pytest.raises(NotFoundError, match="region of ticket"):
        pin.place(town.connection, opened, Wish("Ben", None, "closer"), "dora", town.now)


def test_of_customers_who_choose_one_slot_at_once_exactly_one_gets_it(
    database_url: str, catalogue: Catalogue
) -> None:
    with pool.connect(database_url) as connection:
        town = Town(connection, catalogue)
        town.hire(replace(ANN, visits_a_day=5))
        tickets = [town.open(town.home()).id for _ in range(4)]
        wanted = _offer(town, tickets[0])[0]
    together = threading.Barrier(len(tickets), timeout=DEADLINE_S)
    outcomes: list[str] = []

    def choose(ticket_id: int) -> None:
        with pool.connect(database_url) as own:
            together.wait()
            try:
                slots.book(own, catalogue, ticket_id, wanted, "customer", MONDAY)
                outcomes.append("mine")
            except ConflictError:
                own.rollback()
                outcomes.append("taken")

    threads = [threading.Thread(target=choose, args=(each,)) for each in tickets]
    for each in threads:
        each.start()
    for each in threads:
        each.join(DEADLINE_S)
    assert sorted(outcomes) == ["mine", "taken", "taken", "taken"]
    with pool.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM hearthwatch.visits WHERE state = 'planned'"
        ).fetchone()
    assert row == (1,)
