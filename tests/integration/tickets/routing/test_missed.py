"""Visits to which nobody set out are told and planned anew; trifles give way to dangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage import event
from tests.integration.tickets.routing.conftest import ANN, BEN, DAY, HOUR, MONDAY, Town
from tickets import ticket
from tickets.lifecycle import State
from tickets.routing import absence, pin, service_region, slots, unrouted, wanting
from tickets.routing.calendar import Span
from tickets.routing.pin import Wish
from tickets.routing.service_region import ServiceRegion
from tickets.visits import visit, visit_step

SOON = timedelta(minutes=1)


def _left(town: Town) -> dict[int, str]:
    return unrouted.reasons(town.connection, "north")


def _told(town: Town, ticket_id: int) -> list[str]:
    return [each.kind for each in event.of_trace(town.connection, town.get(ticket_id).trace)]


def _over(town: Town, ticket_id: int, since: timedelta) -> datetime:
    """Let it be so long after the end of a ticket's visit."""
    (*_, last) = visit.of_ticket(town.connection, ticket_id)
    town.now = last.ends_at + since
    return last.begins_at


def _routed(town: Town, *, safety: bool = False) -> int:
    town.hire(ANN)
    problem = "overheating_compressor" if safety else "poor_cooling"
    made = town.open(town.home(), problem, safety=safety).id
    town.route()
    assert town.get(made).state == State.SCHEDULED
    return made


def test_a_visit_to_which_nobody_set_out_is_told_once_and_stays_for_who_is_late(
    town: Town,
) -> None:
    late = _routed(town)
    _over(town, late, wanting.MISSED_AFTER - SOON)
    assert town.route() is None
    at = _over(town, late, wanting.MISSED_AFTER)
    town.route()
    assert town.route() is None
    assert _left(town) == {late: "missed"}
    (shown,) = unrouted.page(town.connection, region="north")
    assert shown.facts == {"technician": "Ann", "begins_at": at.isoformat()}
    assert _told(town, late).count("visit.missed") == 1
    (planned,) = visit.of_ticket(town.connection, late)
    visit_step.set_out(town.connection, planned.id, "Ann", town.now)
    town.route()
    assert _left(town) == {}


@pytest.mark.parametrize("patience", [wanting.ANEW_AFTER, wanting.DANGER_ANEW_AFTER])
def test_somebody_else_comes_where_a_visit_was_given_up(town: Town, patience: timedelta) -> None:
    late = _routed(town, safety=patience == wanting.DANGER_ANEW_AFTER)
    before = town.get(late)
    _over(town, late, patience - SOON)
    town.route()
    assert _left(town) == {late: "missed"}
    _over(town, late, patience)
    made = town.route()
    assert made is not None
    assert (made.tickets, made.left_over) == (1, 0)
    after = town.get(late)
    assert after.state == State.SCHEDULED
    assert (after.visit_at or MONDAY) > town.now
    assert after.priority == before.priority
    assert [each.state for each in visit.of_ticket(town.connection, late)] == [
        "cancelled",
        "planned",
    ]
    assert _left(town) == {}
    assert _told(town, late).count("visit.missed") == 1
    notes = [each.note for each in ticket.history(town.connection, late)]
    assert notes.count("nobody set out to the visit") == 1
    assert town.route() is None


def test_a_missed_visit_for_which_nobody_has_time_is_triaged_and_left(town: Town) -> None:
    late = _routed(town)
    _over(town, late, wanting.ANEW_AFTER)
    away = Span(town.now, town.now + 20 * DAY)
    absence.record(town.connection, "Ann", away, reason="ill", actor="dora")
    town.route()
    assert town.get(late).state == State.TRIAGED
    assert _left(town) == {late: "no_time"}
    assert ticket.history(town.connection, late)[-1].note == "nobody set out to the visit"


def test_a_missed_visit_that_a_person_decided_is_left_to_a_person(town: Town) -> None:
    town.hire(ANN, BEN)
    pinned, sent, called = (town.open(town.home()) for _ in range(3))
    at = MONDAY + 3 * HOUR
    pin.place(town.connection, pinned, Wish("Ann", at, "knows them"), "dora", town.now)
    town.move(sent.id, State.TRIAGED)
    town.move(sent.id, State.SCHEDULED, "Ben", at)
    first = slots.offer(town.connection, town.catalogue, called.id, town.now)[0]
    slots.book(town.connection, town.catalogue, called.id, first, "customer", town.now)
    town.route()
    town.now = first.ends_at + 2 * DAY
    town.route()
    assert _left(town) == {pinned.id: "missed", sent.id: "missed"}
    assert (town.get(called.id).visit_at or at) > town.now, "whom the customer agreed to see"
    pin.release(town.connection, pinned.id)
    town.route()
    assert _left(town)[pinned.id] == "missed", "it was a person who sent Ann"


def test_where_people_route_by_hand_a_missed_visit_is_theirs(town: Town) -> None:
    late = _routed(town)
    service_region.set_(town.connection, ServiceRegion("north", scheduling="by_hand"))
    _over(town, late, 2 * DAY)
    town.route()
    assert _left(town) == {late: "missed"}
    assert town.get(late).state == State.SCHEDULED


@pytest.mark.parametrize("kind", ["a trifle", "no trifle", "agreed to"])
def test_a_trifle_of_today_gives_way_to_a_danger_unless_it_was_agreed_to(
    town: Town, kind: str
) -> None:
    town.hire(replace(ANN, visits_a_day=1, hours="mon-wed 08:00-17:00"))
    near = [town.open(town.home()).id for _ in range(3)]
    if kind != "no trifle":
        town.connection.execute("UPDATE hearthwatch.tickets SET severity = 'low'")
    town.route()
    days = {(town.get(each).visit_at or MONDAY).day: each for each in near}
    assert sorted(days) == [1, 2, 3]
    if kind == "agreed to":
        for each in near:
            slots.confirm(town.connection, each, "customer", town.now)
    before = town.get(days[1]).visit_at
    danger = town.open(town.home(), "overheating_compressor", safety=True).id
    town.connection.execute(
        "UPDATE hearthwatch.tickets SET opened_at = %s WHERE id = %s", (MONDAY - DAY, danger)
    )
    town.route()
    gave_way = kind == "a trifle"
    assert (town.get(danger).visit_at == before) is gave_way
    assert (town.get(days[1]).visit_at != before) is gave_way
    assert town.get(days[1]).state == State.SCHEDULED


@pytest.mark.parametrize("kind", ["usual", "danger", "pinned"])
def test_nobody_comes_before_the_customer_could_read_of_it_unless_it_has_to_be(
    town: Town, kind: str
) -> None:
    town.hire(ANN)
    town.now = MONDAY - 4 * HOUR
    eight, ten = MONDAY + HOUR, MONDAY + 3 * HOUR
    made = town.open(town.home(), "overheating_compressor", safety=kind == "danger")
    if kind == "pinned":
        pin.place(town.connection, made, Wish(None, eight, "is up early"), "dora", town.now)
    town.route()
    # It is night in Bristol: letters go out from eight on.
    assert town.get(made.id).visit_at == (ten if kind == "usual" else eight)


def test_a_trifle_of_today_gives_way_to_nothing_less_than_a_danger(town: Town) -> None:
    town.hire(replace(ANN, visits_a_day=1, hours="mon 08:00-17:00"))
    near = [town.open(town.home()).id for _ in range(2)]
    town.connection.execute("UPDATE hearthwatch.tickets SET severity = 'low'")
    town.route()
    before = {each: town.get(each).visit_at for each in near}
    other = town.open(town.home()).id
    town.route()
    assert _left(town) == {other: "no_time"}
    assert {each: town.get(each).visit_at for each in near} == before
