"""When something changes, the plan follows; customers are moved only where they have to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.integration.tickets.routing.conftest import ANN, BEN, DAY, HOUR, MONDAY, Town
from tickets.lifecycle import State
from tickets.routing import absence, demand, pin, slots, trail, unrouted, van
from tickets.routing.calendar import Span
from tickets.routing.pin import Wish
from tickets.routing.wanting import Wanting

TODAY = Span(MONDAY, MONDAY + DAY)


def _left(town: Town) -> dict[int, str]:
    return unrouted.reasons(town.connection, "north")


def _when(town: Town, ticket_id: int) -> tuple[str | None, datetime | None]:
    found = town.get(ticket_id)
    return found.assignee, found.visit_at


def _cheapest(town: Town, ticket_id: int) -> str:
    """Whose time is offered besides the very first one."""
    return slots.offer(town.connection, town.catalogue, ticket_id, town.now, 2)[1].technician


def _dangerous(town: Town, ticket_id: int) -> None:
    """What weighing makes of a ticket when people are in danger."""
    town.connection.execute(
        "UPDATE hearthwatch.tickets SET safety = true, severity = 'critical', priority = 1100 "
        "WHERE id = %s",
        (ticket_id,),
    )


def test_who_calls_in_sick_in_the_morning_is_replaced_at_the_time_that_was_told(town: Town) -> None:
    # Ben's shift begins at another hour: the time is the customer's and not the shift's.
    town.hire(ANN, replace(BEN, hours="mon-fri 09:00-17:00"))
    near, agreed = (town.open(town.home()).id for _ in range(2))
    town.route()
    before = {each: town.get(each).visit_at for each in (near, agreed)}
    slots.confirm(town.connection, agreed, "customer", town.now)
    absence.record(town.connection, "Ann", TODAY, reason="ill", actor="dora")
    made = town.route()
    assert made is not None
    assert (made.moved, made.left_over) == (2, 0)
    assert {each: _when(town, each) for each in before} == {
        each: ("Ben", at) for each, at in before.items()
    }
    assert pin.of(town.connection, [agreed])[agreed].confirmed, "the time is as they agreed"
    assert not any(each.by_human for each in trail.of_ticket(town.connection, agreed))
    assert town.route() is None


def test_who_was_sent_by_a_person_is_replaced_by_a_person(town: Town) -> None:
    town.hire(ANN, BEN)
    pinned, by_hand = (town.open(town.home()) for _ in range(2))
    at = MONDAY + 3 * HOUR
    pin.place(town.connection, pinned, Wish("Ann", at, "knows them"), "dora", town.now)
    town.move(by_hand.id, State.TRIAGED)
    town.move(by_hand.id, State.SCHEDULED, "Ann", at + 2 * HOUR)
    absence.record(town.connection, "Ann", TODAY, reason="ill", actor="dora")
    town.route()
    assert _left(town) == {pinned.id: "away", by_hand.id: "away"}
    assert town.get(pinned.id).assignee == town.get(by_hand.id).assignee == "Ann"


def test_nobody_is_sent_who_would_have_to_be_there_at_once(town: Town) -> None:
    town.hire(ANN, BEN)
    soon = town.open(town.home()).id
    town.route()
    town.now = MONDAY + 2 * HOUR
    absence.record(town.connection, "Ann", TODAY, reason="ill", actor="dora")
    town.route()
    assert _left(town) == {soon: "away"}
    assert town.get(soon).assignee == "Ann"


def test_a_ticket_that_becomes_dangerous_is_brought_forward(town: Town) -> None:
    town.hire(replace(ANN, visits_a_day=1))
    tickets = [town.open(town.home()).id for _ in range(3)]
    town.route()
    last = max(tickets, key=lambda each: town.get(each).visit_at or MONDAY)
    assert (town.get(last).visit_at or MONDAY).day == 3
    _dangerous(town, last)
    made = town.route()
    assert made is not None
    # Monday's visit is too near to be moved, so that Tuesday's makes room.
    assert (town.get(last).visit_at or MONDAY).day == 2
    assert sorted((town.get(each).visit_at or MONDAY).day for each in tickets) == [1, 2, 3]
    assert made.moved == 2
    assert town.route() is None


def test_a_visit_past_its_promise_takes_a_time_that_becomes_free(town: Town) -> None:
    town.hire(ANN)
    absence.record(town.connection, "Ann", Span(MONDAY, MONDAY + 8 * DAY), actor="dora")
    late = town.open(town.home()).id
    town.route()
    assert (town.get(late).visit_at or MONDAY) >= MONDAY + 8 * DAY
    (away,) = absence.between(town.connection, ["Ann"], MONDAY, MONDAY + DAY)
    absence.forget(town.connection, "Ann", away.id)
    made = town.route()
    assert made is not None
    assert (made.tickets, made.moved) == (0, 1)
    assert (town.get(late).visit_at or MONDAY) < MONDAY + demand.DUE["medium"]


def test_a_time_is_not_given_away_whose_visit_could_not_be_moved(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.hire(replace(ANN, visits_a_day=1))
    slow = [town.open(town.home()).id for _ in range(2)]
    town.route()
    tuesdays = next(each for each in slow if (town.get(each).visit_at or MONDAY).day == 2)
    danger = town.open(town.home(), "overheating_compressor", safety=True).id
    real = demand.of_region

    def read_early(*args: object) -> list[Wanting]:
        found = real(*args)  # type: ignore[arg-type]
        return [replace(each, version=each.version - (each.id == tuesdays)) for each in found]

    before = _when(town, tuesdays)
    monkeypatch.setattr(demand, "of_region", read_early)
    made = town.route()
    assert made is not None
    assert (made.routed, made.moved, made.skipped) == (0, 0, 2)
    assert (_when(town, tuesdays), town.get(danger).state) == (before, State.NEW)
    monkeypatch.setattr(demand, "of_region", real)
    town.route()
    assert _when(town, danger) == before


@pytest.mark.parametrize("change", ["cancelled", "priority", "van", "hired"])
def test_nobody_is_told_another_time_for_a_trifle(town: Town, change: str) -> None:
    _, parts = demand.needs(town.catalogue, "refrigerator", "poor_cooling")
    town.hire(replace(BEN, visits_a_day=2))
    tickets = [town.open(town.home()).id for _ in range(6)]
    town.route()
    first, *others = sorted(tickets, key=lambda each: town.get(each).visit_at or MONDAY)
    before = {each: _when(town, each) for each in others}
    town.now += timedelta(minutes=10)
    match change:
        case "cancelled":
            town.move(first, State.CANCELLED)
        case "priority":
            town.connection.execute("UPDATE hearthwatch.tickets SET priority = priority + id")
        case "van":
            town.hire(replace(BEN, name="Zoe"))
            van.load(town.connection, "Zoe", dict.fromkeys(parts, 9))
        case _:
            town.hire(ANN)
    assert town.route() is None
    assert {each: _when(town, each) for each in others} == before


def test_the_time_that_a_customer_chose_and_a_pinned_one_stay_when_a_danger_needs_room(
    town: Town,
) -> None:
    town.hire(replace(ANN, visits_a_day=1, hours="tue 08:00-17:00"))
    chosen, pinned = (town.open(town.home()) for _ in range(2))
    first, second = slots.offer(town.connection, town.catalogue, chosen.id, town.now)[:2]
    slots.book(town.connection, town.catalogue, chosen.id, first, "customer", town.now)
    second_day = Wish("Ann", first.begins_at + 7 * DAY, "agreed with them")
    pin.place(town.connection, pinned, second_day, "dora", town.now)
    danger = town.open(town.home(), "overheating_compressor", safety=True).id
    town.route()
    assert town.get(chosen.id).visit_at == first.begins_at
    assert town.get(pinned.id).visit_at == second_day.begins_at
    assert _left(town) == {danger: "no_time"}
    assert second.begins_at > first.begins_at


def test_a_part_that_is_there_once_is_promised_to_one_visit(town: Town) -> None:
    _, parts = demand.needs(town.catalogue, "refrigerator", "poor_cooling")
    # Zoe is nearer; Yan, a quarter of an hour off, has the part as well.
    town.hire(replace(ANN, name="Zoe"), replace(ANN, name="Yan", latitude=51.5))
    for name in ("Zoe", "Yan"):
        van.load(town.connection, name, dict.fromkeys(parts, 1))
    one, two = (town.open(town.home()).id for _ in range(2))
    town.route()
    assert {town.get(each).assignee for each in (one, two)} == {"Zoe", "Yan"}
    three = town.open(town.home()).id
    van.load(town.connection, "Yan", dict.fromkeys(parts, 2))
    assert _cheapest(town, three) == "Yan"
    town.route()
    assert town.get(three).assignee == "Yan"
    (choice,) = trail.of_ticket(town.connection, three)
    assert "parts" not in choice.reasons["parts"]
    assert choice.reasons["runner_up"]["technician"] == "Zoe"
    assert choice.reasons["runner_up"]["parts"]["parts"] > 0
