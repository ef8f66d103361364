"""A visit follows its ticket, from the plan to what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from devices.catalogue.folder import Catalogue
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import event, pool
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import ticket, verdict
from tickets.lifecycle import State
from tickets.ticket import Move
from tickets.verdict import Finding, Verdict
from tickets.visits import checklist, part_use, visit, visit_report, visit_step
from tickets.visits.visit import LENGTH, Visit
from tickets.visits.visit_report import Report

TOMORROW = START + timedelta(days=1)
CONFIRMED = Verdict(Finding.CONFIRMED, mode="poor_cooling")


class Desk:
    """Moves one ticket of the house, a minute later each time."""

    def __init__(self, house: House) -> None:
        self.house, self.connection = house, house.connection
        opened, _ = house.follow(house.find(house.fridge, "poor_cooling"))
        self.ticket_id, self.now = opened[0].id, START

    def move(
        self, state: State, visit_at: datetime | None = None, assignee: str | None = None
    ) -> None:
        version = ticket.get(self.connection, self.ticket_id).version
        asked = Move(state, version, "dora", assignee, visit_at)
        self.now += MINUTE
        ticket.move(self.connection, self.ticket_id, asked, self.now)

    def plan(self, technician: str = "tom", visit_at: datetime = TOMORROW) -> Visit:
        self.move(State.TRIAGED, assignee=technician)
        self.move(State.SCHEDULED, visit_at)
        return self.last()

    def visits(self) -> list[Visit]:
        return visit.of_ticket(self.connection, self.ticket_id)

    def last(self) -> Visit:
        return self.visits()[-1]

    def told(self) -> list[str]:
        trace = ticket.get(self.connection, self.ticket_id).trace
        return [each.kind for each in event.of_trace(self.connection, trace)]

    def report(self, report: Report) -> Visit:
        self.now += MINUTE
        description = self.house.catalogue["refrigerator"]
        return visit_report.hand_in(
            self.connection, self.last(), description, report, "tom", self.now
        )


@pytest.fixture
def desk(module_database_url: str, catalogue: Catalogue) -> Iterator[Desk]:
    with pool.connect(module_database_url) as connection:
        yield Desk(House(connection, catalogue))
        connection.rollback()


def test_a_scheduled_ticket_has_a_planned_visit(desk: Desk) -> None:
    planned = desk.plan()
    assert (planned.number, planned.technician, planned.state) == (1, "tom", "planned")
    assert (planned.begins_at, planned.ends_at) == (TOMORROW, TOMORROW + LENGTH)
    assert (planned.serial, planned.problem) == ("RF-1", "poor_cooling")


def test_another_time_or_technician_moves_the_visit_and_makes_no_second(desk: Desk) -> None:
    planned = desk.plan()
    desk.move(State.SCHEDULED, TOMORROW + 2 * LENGTH)
    desk.move(State.SCHEDULED, TOMORROW + 2 * LENGTH, assignee="tina")
    (moved,) = desk.visits()
    assert moved.id == planned.id
    assert (moved.technician, moved.begins_at) == ("tina", TOMORROW + 2 * LENGTH)
    assert moved.ends_at - moved.begins_at == LENGTH
    assert desk.told().count("visit.moved") == 2


def test_the_same_time_again_is_no_move(desk: Desk) -> None:
    desk.plan()
    desk.move(State.SCHEDULED, TOMORROW)
    assert "visit.moved" not in desk.told()


@pytest.mark.parametrize("state", [State.TRIAGED, State.WAITING_FOR_CUSTOMER, State.CANCELLED])
def test_a_ticket_that_leaves_the_calendar_cancels_its_visit(desk: Desk, state: State) -> None:
    desk.plan()
    desk.move(state)
    assert desk.last().state == "cancelled"
    assert desk.last().finished_at == desk.now
    assert visit.calendar(desk.connection, ["tom"], START, TOMORROW + 2 * LENGTH) == []


def test_a_customer_who_is_helped_on_the_telephone_needs_no_verdict(desk: Desk) -> None:
    desk.plan()
    desk.move(State.RESOLVED)
    assert desk.last().state == "cancelled"


def test_nobody_resolves_a_visited_ticket_without_saying_what_was_found(desk: Desk) -> None:
    planned = desk.plan()
    visit_step.arrive(desk.connection, planned.id, "tom", desk.now)
    with pytest.raises(ConflictError, match="nobody has said what was found"):
        desk.move(State.RESOLVED)
    description = desk.house.catalogue["refrigerator"]
    seen = ticket.get(desk.connection, desk.ticket_id)
    kept = verdict.record(desk.connection, seen, description, CONFIRMED, "tom", desk.now)
    assert kept.visit_id == planned.id
    desk.move(State.RESOLVED)
    assert (desk.last().state, desk.last().outcome) == ("done", "resolved")


def test_the_verdict_of_the_first_visit_does_not_do_for_the_second(desk: Desk) -> None:
    visit_step.arrive(desk.connection, desk.plan().id, "tom", desk.now)
    desk.report(Report(CONFIRMED, outcome="return"))
    desk.move(State.SCHEDULED, TOMORROW + timedelta(days=2))
    visit_step.arrive(desk.connection, desk.last().id, "tom", desk.now)
    with pytest.raises(ConflictError, match="nobody has said"):
        desk.move(State.RESOLVED)
    assert [each.number for each in desk.visits()] == [1, 2]


def test_who_has_to_come_again_leaves_a_finished_visit_and_a_ticket_to_plan(desk: Desk) -> None:
    visit_step.arrive(desk.connection, desk.plan().id, "tom", desk.now)
    done = desk.report(Report(CONFIRMED, {"HW-RF-FAN-02": 1}, "return"))
    assert (done.state, done.outcome) == ("done", "return")
    assert ticket.get(desk.connection, desk.ticket_id).state == State.TRIAGED


def test_a_second_visit_from_the_spot_ends_the_first(desk: Desk) -> None:
    visit_step.arrive(desk.connection, desk.plan().id, "tom", desk.now)
    desk.move(State.SCHEDULED, TOMORROW + timedelta(days=1))
    assert [(each.number, each.state) for each in desk.visits()] == [(1, "done"), (2, "planned")]


def test_arriving_says_that_somebody_set_out(desk: Desk) -> None:
    planned = desk.plan()
    there = visit_step.arrive(desk.connection, planned.id, "tom", desk.now)
    assert there.set_out_at == there.arrived_at == desk.now
    assert desk.told()[-4:] == [
        "ticket.dispatched",
        "visit.under_way",
        "ticket.on_site",
        "visit.arrived",
    ]


def test_saying_twice_that_one_is_on_the_way_or_there_changes_nothing(desk: Desk) -> None:
    planned = desk.plan()
    for step in (visit_step.set_out, visit_step.set_out, visit_step.arrive, visit_step.arrive):
        said = step(desk.connection, planned.id, "tom", desk.now)
    late = visit_step.set_out(desk.connection, planned.id, "tom", desk.now)
    assert late == said
    assert ticket.get(desk.connection, desk.ticket_id).version == 5


def test_nobody_sets_out_to_a_visit_that_was_cancelled(desk: Desk) -> None:
    planned = desk.plan()
    desk.move(State.CANCELLED)
    with pytest.raises(ConflictError, match="was cancelled"):
        visit_step.set_out(desk.connection, planned.id, "tom", desk.now)


def test_a_report_ends_the_visit_and_counts_its_parts(desk: Desk) -> None:
    planned = desk.plan()
    visit_step.arrive(desk.connection, planned.id, "tom", desk.now)
    done = desk.report(Report(CONFIRMED, {"HW-RF-FAN-02": 1, "HW-RF-DRYER-01": 2}))
    assert (done.state, done.outcome, done.finished_at) == ("done", "resolved", desk.now)
    used = part_use.of_visits(desk.connection, [planned.id])
    assert used == {planned.id: {"HW-RF-DRYER-01": 2, "HW-RF-FAN-02": 1}}
    assert desk.told()[-3:] == ["verdict.recorded", "ticket.resolved", "visit.finished"]


def test_a_report_that_is_sent_twice_is_kept_once(desk: Desk) -> None:
    visit_step.arrive(desk.connection, desk.plan().id, "tom", desk.now)
    report = Report(CONFIRMED, {"HW-RF-FAN-02": 1})
    assert desk.report(report) == desk.report(report)
    assert len(verdict.history(desk.connection, desk.ticket_id)) == 1


def test_another_report_on_a_finished_visit_is_refused(desk: Desk) -> None:
    visit_step.arrive(desk.connection, desk.plan().id, "tom", desk.now)
    desk.report(Report(CONFIRMED))
    with pytest.raises(ConflictError, match="is done"):
        desk.report(Report(Verdict(Finding.NO_FAULT_FOUND)))


def test_nobody_reports_before_they_have_arrived(desk: Desk) -> None:
    desk.plan()
    with pytest.raises(ConflictError, match="say first that you have arrived"):
        desk.report(Report(CONFIRMED))


@pytest.mark.parametrize("parts", [{"": 1}, {"a b": 1}, {"HW-1": 0}, {"HW-1": 100}], ids=str)
def test_what_is_no_part_or_no_count_is_refused(desk: Desk, parts: dict[str, int]) -> None:
    visit_step.arrive(desk.connection, desk.plan().id, "tom", desk.now)
    with pytest.raises(InvalidError):
        desk.report(Report(CONFIRMED, parts))


def test_the_checklist_keeps_what_is_ticked_and_forgets_what_is_not(desk: Desk) -> None:
    planned = desk.plan()
    steps = checklist.of(desk.house.catalogue["refrigerator"], "poor_cooling", ["E4"])
    assert [steps[0].name, steps[-1].name] == ["isolate", "tidy"]
    assert "cause:1" in {step.name for step in steps}
    checklist.tick(desk.connection, planned, steps, ["isolate", "cause:1"], START)
    checklist.tick(desk.connection, planned, steps, ["isolate"], START)
    assert checklist.done(desk.connection, planned.id) == {"isolate"}
    with pytest.raises(InvalidError, match="no step 'dance'"):
        checklist.tick(desk.connection, planned, steps, ["dance"], START)


def test_a_visit_that_there_is_not_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="no visit 99"):
        visit.get(desk.connection, 99)
