"""From changes of alerts to tickets: one open a device and problem, with all its evidence."""

from __future__ import annotations

import threading

from alerts import alert
from customers import ownership
from devices.catalogue.appliance_type import Severity
from storage import pool
from tests.integration.tickets.conftest import MINUTE, START, House
from tickets import opening, ticket
from tickets.lifecycle import State
from tickets.opening import Opened
from tickets.ticket import Move
from tickets.writing import correspondence


def test_an_alert_opens_a_ticket_linked_to_appliance_household_and_evidence(house: House) -> None:
    opened, changes = house.follow(house.find(house.fridge, "poor_cooling"))
    (one,) = opened
    found = ticket.get(house.connection, one.id)
    assert (found.serial, found.household_name, found.tier) == ("RF-1", "Li", "gold")
    assert (found.state, found.severity, found.safety) == ("new", "medium", False)
    assert (found.opened_at, found.findings, found.version) == (START, 1, 1)
    (proof,) = ticket.proofs(house.connection, one.id)
    assert (proof.alert_change_id, proof.evidence) == (changes[0].id, changes[0].evidence)
    (step,) = ticket.history(house.connection, one.id)
    assert (step.actor, step.state_before, step.state_after) == ("hearthwatch", None, "new")
    assert ticket.of_alert_changes(house.connection, [changes[0].id]) == {changes[0].id: one.id}


def test_a_second_finding_joins_and_makes_the_ticket_as_severe_as_the_worse(house: House) -> None:
    house.follow(house.find(house.fridge, "poor_cooling", severity=Severity.HIGH))
    opened, _ = house.follow(
        house.find(house.fridge, "poor_cooling", 5, severity=Severity.LOW, signal="code:E7")
    )
    assert opened == []
    (found,) = ticket.page(house.connection)
    assert (found.severity, found.findings, found.version) == ("high", 2, 2)
    assert found.changed_at == START + 5 * MINUTE


def test_the_worst_of_several_findings_in_one_step_counts(house: House) -> None:
    opened, _ = house.follow(
        house.find(house.fridge, "poor_cooling", severity=Severity.LOW, signal="a"),
        house.find(house.fridge, "poor_cooling", 1, severity=Severity.HIGH, signal="b"),
    )
    assert [each.severity for each in opened] == ["high"]
    assert ticket.get(house.connection, opened[0].id).findings == 2


def test_a_condition_that_is_gone_is_added_to_the_evidence_and_closes_nothing(house: House) -> None:
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling"))
    house.follow(house.find(house.fridge, "poor_cooling", 9, fires=False))
    found = ticket.get(house.connection, one.id)
    assert (found.state, found.findings) == ("new", 2)
    assert [each.change for each in ticket.proofs(house.connection, one.id)] == [
        "raised",
        "cleared",
    ]


def test_a_condition_that_is_gone_opens_no_ticket(house: House) -> None:
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling"))
    house.connection.execute("UPDATE hearthwatch.tickets SET state = 'cancelled'")
    assert house.follow(house.find(house.fridge, "poor_cooling", 9, fires=False))[0] == []
    assert ticket.get(house.connection, one.id).findings == 1


def test_a_safety_problem_is_critical_whatever_the_finding_says(house: House) -> None:
    opened, _ = house.follow(house.find(house.purifier, "leak", severity=Severity.LOW))
    found = ticket.get(house.connection, opened[0].id)
    assert (found.severity, found.safety) == ("critical", True)


def test_each_problem_and_each_device_has_a_ticket_of_its_own(house: House) -> None:
    opened, _ = house.follow(
        house.find(house.fridge, "poor_cooling"),
        house.find(house.fridge, "weak_airflow"),
        house.find(house.purifier, "offline"),
    )
    assert {(each.device_id, each.problem) for each in opened} == {
        (house.fridge, "poor_cooling"),
        (house.fridge, "weak_airflow"),
        (house.purifier, "offline"),
    }


def test_a_ticket_of_an_appliance_that_belongs_to_nobody_has_no_household(house: House) -> None:
    house.connection.execute("DELETE FROM hearthwatch.ownerships")
    opened, changes = house.follow(house.find(house.fridge, "poor_cooling"))
    assert [each.household_id for each in opened] == [None]
    assert ticket.get(house.connection, opened[0].id).household_name is None
    told = correspondence.tell_of_tickets(house.connection, house.catalogue, opened, changes, START)
    assert told == 0


def test_after_a_ticket_is_resolved_a_new_finding_opens_a_new_one(house: House) -> None:
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling"))
    for number, state in enumerate((State.TRIAGED, State.RESOLVED), 1):
        ticket.move(house.connection, one.id, Move(state, number, "mei", assignee="wang"), START)
    ownership.assign(house.connection, {house.fridge: house.household}, START)
    (two,), _ = house.follow(house.find(house.fridge, "poor_cooling", 60, signal="code:E7"))
    assert two.id != one.id
    assert ticket.get(house.connection, two.id).findings == 1
    assert ticket.get(house.connection, one.id).findings == 1


def test_two_connections_at_once_open_one_ticket(house: House, database_url: str) -> None:
    opened: list[Opened] = []
    finding = house.find(house.fridge, "poor_cooling")
    with pool.connect(database_url) as first:
        changes = alert.record(first, [finding])
        opened += opening.follow(first, house.catalogue, changes)

        def second() -> None:
            with pool.connect(database_url) as connection:
                joined = alert.record(connection, [finding])
                opened.extend(opening.follow(connection, house.catalogue, joined))

        thread = threading.Thread(target=second)
        thread.start()
        first.commit()
        thread.join(60)
    assert len(opened) == 1
    (found,) = ticket.page(house.connection)
    assert found.findings == 2


def test_a_rollback_takes_alert_ticket_notice_and_errand_back_together(house: House) -> None:
    opened, changes = house.follow(house.find(house.fridge, "poor_cooling"))
    told = correspondence.tell_of_tickets(house.connection, house.catalogue, opened, changes, START)
    counts = (
        "SELECT (SELECT count(*) FROM hearthwatch.alerts), (SELECT count(*) FROM"
        " hearthwatch.tickets), (SELECT count(*) FROM hearthwatch.notices), (SELECT count(*)"
        " FROM procrastinate_jobs WHERE task_name = 'alerts.deliver_notice')"
    )
    assert told == 1
    assert house.ask(counts) == [(1, 1, 1, 1)]
    house.connection.rollback()
    assert house.ask(counts) == [(0, 0, 0, 0)]
