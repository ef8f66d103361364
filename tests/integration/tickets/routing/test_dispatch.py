"""Tickets find technicians by themselves; what people decided stays, and what cannot be is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import event
from tests.integration.tickets.routing.conftest import ANN, BEN, DAY, HOUR, MONDAY, Town
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import absence, demand, pin, run, service_region, trail, unrouted, van, wanting
from tickets.routing.calendar import Span
from tickets.routing.pin import Wish
from tickets.routing.service_region import ServiceRegion
from tickets.visits import visit


def _left(town: Town) -> dict[int, str]:
    return unrouted.reasons(town.connection, "north")


def test_a_new_ticket_is_given_to_the_better_technician_nearby(town: Town) -> None:
    town.hire(ANN, BEN)
    opened = town.open(town.home())
    made = town.route()
    assert made is not None
    assert (made.tickets, made.routed, made.left_over) == (1, 1, 0)
    found = town.get(opened.id)
    assert (found.state, found.assignee) == (State.SCHEDULED, "Ann")
    assert found.visit_at == MONDAY + 3 * HOUR  # 10:00 in Bristol: 08:00 is too soon to be told
    (planned,) = visit.of_ticket(town.connection, opened.id)
    assert (planned.technician, planned.begins_at) == ("Ann", found.visit_at)


def test_a_routing_says_why_and_who_else_could_have_gone(town: Town) -> None:
    town.hire(ANN, BEN)
    opened = town.open(town.home())
    made = town.route()
    (choice,) = trail.of_ticket(town.connection, opened.id)
    assert (choice.by_human, choice.chosen_by, choice.technician) == (False, "routing", "Ann")
    assert made is not None
    assert choice.run_id == made.id
    second = choice.reasons["runner_up"]
    assert second["technician"] == "Ben"
    assert second["cost"] > choice.reasons["cost"]
    assert second["parts"]["skill"] > 0
    assert choice.reasons["able"] == 2
    assert "ticket.scheduled" in {
        each.kind for each in event.of_subject(town.connection, f"ticket:{opened.id}")
    }


def test_a_second_run_has_nothing_to_do(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home())
    assert town.route() is not None
    before = town.get(opened.id)
    assert town.route() is None
    assert town.get(opened.id) == before
    assert len(run.newest(town.connection)) == 1


def test_a_danger_comes_first_and_pushes_a_visit_aside_that_nobody_agreed_to(town: Town) -> None:
    town.hire(replace(ANN, visits_a_day=1))
    slow = [town.open(town.home()) for _ in range(2)]
    town.route()
    days = sorted(town.get(each.id).visit_at or MONDAY for each in slow)
    assert [each.day for each in days] == [1, 2]
    town.now = MONDAY + 30 * timedelta(minutes=1)
    danger = town.open(town.home(), "overheating_compressor", safety=True)
    made = town.route()
    assert made is not None
    found = town.get(danger.id)
    assert found.visit_at is not None
    # Monday's visit is too near to be moved; Tuesday's is not settled yet.
    assert found.visit_at.day == 2
    assert (made.routed, made.moved) == (1, 1)
    assert sorted((town.get(each.id).visit_at or MONDAY).day for each in slow) == [1, 3]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"region": "south"}, "no_technician"),
        ({"types": ("dishwasher",)}, "no_type"),
        ({"skills": {"plumbing": 3}}, "no_skill"),
        ({"latitude": 55.0}, "too_far"),
    ],
)
def test_a_ticket_that_nobody_can_take_is_left_with_the_reason(
    town: Town, change: dict[str, object], reason: str
) -> None:
    town.hire(replace(ANN, **change))  # type: ignore[arg-type]
    opened = town.open(town.home())
    made = town.route()
    assert made is not None
    assert (made.routed, made.left_over) == (0, 1)
    assert _left(town) == {opened.id: reason}
    assert town.get(opened.id).state == State.NEW
    assert town.route() is None, "a run that changes nothing is not written down again"


def test_a_full_calendar_is_a_reason_and_a_place_that_becomes_free_is_used(town: Town) -> None:
    town.hire(ANN)
    away = Span(MONDAY, MONDAY + 20 * DAY)
    number = absence.record(town.connection, "Ann", away, actor="dora")
    opened = town.open(town.home())
    town.route()
    assert _left(town) == {opened.id: "no_time"}
    absence.forget(town.connection, "Ann", number)
    town.route()
    assert town.get(opened.id).state == State.SCHEDULED
    assert _left(town) == {}


def test_nobody_is_sent_to_a_ticket_of_another_region(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home(region="south"))
    town.route()
    town.route("south")
    assert town.get(opened.id).state == State.NEW
    assert unrouted.reasons(town.connection, "south") == {opened.id: "no_technician"}


def test_a_visit_whose_technician_falls_ill_goes_to_somebody_else(town: Town) -> None:
    town.hire(ANN, BEN)
    town.now = MONDAY + 9 * HOUR
    opened = town.open(town.home())
    town.route()
    first = town.get(opened.id)
    assert first.assignee == "Ann"
    assert first.visit_at is not None
    town.now -= 9 * HOUR
    span = Span(MONDAY, MONDAY + 10 * DAY)
    absence.record(town.connection, "Ann", span, reason="ill", actor="dora")
    made = town.route()
    assert made is not None
    assert made.moved == 1
    assert town.get(opened.id).assignee == "Ben"


def test_a_confirmed_visit_is_not_moved_but_reported_when_nobody_will_come(town: Town) -> None:
    town.hire(ANN, replace(BEN, hours="tue-fri 08:00-17:00"))
    opened = town.open(town.home())
    town.route()
    first = town.get(opened.id)
    assert first.visit_at is not None
    pin.confirm(town.connection, opened.id, "customer", town.now)
    absence.record(town.connection, "Ann", Span(MONDAY, MONDAY + 5 * DAY), actor="dora")
    town.route()
    assert town.get(opened.id) == first
    assert _left(town) == {opened.id: "away"}


def test_who_is_pinned_goes_even_if_others_are_better(town: Town) -> None:
    town.hire(ANN, BEN)
    opened = town.open(town.home())
    pin.place(town.connection, opened, Wish("Ben", None, "knows them"), "dora", town.now)
    town.route()
    found = town.get(opened.id)
    assert (found.assignee, found.state) == ("Ben", State.SCHEDULED)
    (choice,) = trail.of_ticket(town.connection, opened.id)
    assert (choice.by_human, choice.chosen_by) == (True, "routing")


def test_a_pin_set_later_moves_the_visit(town: Town) -> None:
    town.hire(ANN, BEN)
    town.now = MONDAY + 12 * HOUR
    opened = town.open(town.home())
    town.route()
    town.now -= 12 * HOUR
    scheduled = town.get(opened.id)
    pin.place(town.connection, scheduled, Wish("Ben", None, "knows them"), "dora", town.now)
    town.route()
    assert town.get(opened.id).assignee == "Ben"


def test_a_person_who_schedules_by_hand_counts_and_is_left_alone(town: Town) -> None:
    town.hire(ANN, BEN)
    opened = town.open(town.home())
    town.move(opened.id, State.TRIAGED, "Ben")
    at = MONDAY + 3 * DAY
    town.move(opened.id, State.SCHEDULED, "Ben", at)
    assert town.route() is None
    assert (town.get(opened.id).assignee, town.get(opened.id).visit_at) == ("Ben", at)
    (choice,) = trail.of_ticket(town.connection, opened.id)
    assert (choice.by_human, choice.chosen_by, choice.actor) == (True, "staff", "dora")
    other = town.open(town.home())
    town.route()
    assert town.get(other.id).state == State.SCHEDULED
    share = trail.share(town.connection, MONDAY, MONDAY + DAY, "north")
    assert (share.tickets, share.by_human, share.without_human) == (2, 1, 0.5)
    assert trail.share(town.connection, MONDAY, MONDAY + DAY, "south").without_human is None


def test_who_has_the_parts_in_the_van_is_sent(town: Town) -> None:
    _, parts = demand.needs(town.catalogue, "refrigerator", "poor_cooling")
    twin = replace(ANN, name="Zoe")
    town.hire(ANN, twin)
    van.load(town.connection, "Zoe", dict.fromkeys(parts, 1))
    one, two = town.open(town.home()), town.open(town.home())
    town.route()
    # The part is there once: with the one visit set, nobody has it for the next.
    assert "Zoe" in {town.get(one.id).assignee, town.get(two.id).assignee}
    assert van.take(town.connection, "Zoe", {parts[0]: 5}) == {parts[0]: 1}
    assert van.take(town.connection, "Zoe", {parts[0]: 1}) == {}


def test_an_offline_appliance_is_given_a_day_for_self_help(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home(), "offline")
    assert town.route() is None
    assert _left(town) == {}
    town.now += wanting.SELF_HELP
    town.route()
    assert town.get(opened.id).state == State.SCHEDULED


def test_where_customers_choose_first_they_are_asked_and_after_a_day_it_is_booked(
    town: Town,
) -> None:
    town.hire(ANN)
    service_region.set_(town.connection, ServiceRegion("north", offer_tiers=["gold"]))
    gold = town.open(town.home(tier="gold"))
    plain = town.open(town.home())
    danger = town.open(town.home(tier="gold"), "overheating_compressor", safety=True)
    made = town.route()
    assert made is not None
    assert (made.routed, made.offered) == (2, 1)
    assert town.get(gold.id).state == State.WAITING_FOR_CUSTOMER
    assert town.get(plain.id).state == town.get(danger.id).state == State.SCHEDULED
    for each in (plain, danger):
        town.move(each.id, State.DISPATCHED)
    town.now += wanting.ANSWER_WITHIN - HOUR
    assert town.route() is None
    town.now += HOUR
    town.route()
    assert town.get(gold.id).state == State.SCHEDULED
    assert trail.of_ticket(town.connection, gold.id)[0].by_human is False


def test_a_region_that_is_routed_by_hand_is_left_to_people(town: Town) -> None:
    town.hire(ANN)
    service_region.set_(town.connection, ServiceRegion("north", scheduling="by_hand"))
    opened = town.open(town.home())
    town.route()
    assert _left(town) == {opened.id: "by_hand"}


def test_nobody_works_on_a_public_holiday(town: Town) -> None:
    town.hire(ANN)
    town.now = MONDAY.replace(month=8, day=30, hour=12)  # a Sunday; the Monday is a bank holiday
    service_region.set_(town.connection, ServiceRegion("north", "GB", "ENG"))
    opened = town.open(town.home())
    town.route()
    found = town.get(opened.id).visit_at
    assert found is not None
    assert found.day == 1


def test_a_ticket_that_somebody_changes_meanwhile_is_skipped_and_tried_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.hire(ANN)
    one, two = town.open(town.home()), town.open(town.home())
    real = demand.of_region

    def read_early(*args: object) -> list[wanting.Wanting]:
        found = real(*args)  # type: ignore[arg-type]
        return [replace(each, version=each.version - (each.id == one.id)) for each in found]

    monkeypatch.setattr(demand, "of_region", read_early)
    made = town.route()
    assert made is not None
    assert (made.routed, made.skipped) == (1, 1)
    assert (town.get(one.id).state, town.get(two.id).state) == (State.NEW, State.SCHEDULED)
    assert trail.of_ticket(town.connection, one.id) == []
    monkeypatch.setattr(demand, "of_region", real)
    town.route()
    assert town.get(one.id).state == State.SCHEDULED


def test_a_technician_who_asks_for_a_second_visit_gets_one_without_the_desk(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home())
    town.route()
    for state in (State.DISPATCHED, State.ON_SITE, State.TRIAGED):
        town.move(opened.id, state)
    town.now += 6 * HOUR
    town.route()
    found = town.get(opened.id)
    assert found.state == State.SCHEDULED
    assert [each.number for each in visit.of_ticket(town.connection, opened.id)] == [1, 2]
    assert not any(each.by_human for each in trail.of_ticket(town.connection, opened.id))


def test_a_ticket_without_a_household_needs_a_person(town: Town) -> None:
    town.hire(ANN)
    opened = town.open(town.home())
    town.connection.execute("UPDATE hearthwatch.tickets SET household_id = NULL")
    town.route()
    assert _left(town) == {opened.id: "no_household"}
    assert ticket.get(town.connection, opened.id).state == State.NEW


def test_a_visit_that_a_danger_displaces_for_good_is_taken_back_and_reported(town: Town) -> None:
    town.hire(replace(ANN, visits_a_day=1, hours="tue 08:00-17:00"))
    slow = [town.open(town.home()) for _ in range(2)]
    town.route()
    town.now += HOUR
    later = [each.id for each in slow if (town.get(each.id).visit_at or MONDAY).day == 9]
    danger = town.open(town.home(), "overheating_compressor", safety=True)
    made = town.route()
    assert made is not None
    assert (made.tickets, made.routed, made.moved, made.left_over) == (1, 1, 1, 1)
    assert (town.get(danger.id).visit_at or MONDAY).day in {2, 9}
    displaced = next(each.id for each in slow if town.get(each.id).state == State.TRIAGED)
    assert displaced in later
    assert _left(town) == {displaced: "no_time"}
    assert [each.state for each in visit.of_ticket(town.connection, displaced)] == ["cancelled"]
    begins = [
        each.begins_at
        for each in visit.calendar(town.connection, ["Ann"], MONDAY, MONDAY + 20 * DAY)
    ]
    assert len(begins) == len(set(begins)) == 2
