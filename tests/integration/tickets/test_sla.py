"""Promises on real tickets: their clocks follow them through their life."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.catalogue.appliance_type import Severity
from storage import pool
from storage.pool import Connection
from tests.integration.tickets.conftest import House
from tests.integration.tickets.promised import HOUR, MORNING, TOLD, clocks, move, opened
from tickets.lifecycle import State
from tickets.sla import keeping, policy
from tickets.sla.clock import State as Standing


@pytest.fixture
def connection(module_database_url: str) -> Iterator[Connection]:
    """One database for all: of what a test does only the house stays."""
    with pool.connect(module_database_url) as shared:
        yield shared
        shared.rollback()


def test_a_ticket_opens_with_its_two_clocks_by_the_hours_of_the_home(house: House) -> None:
    first, second = clocks(house.connection, opened(house).id)
    assert (first.due_at, first.state) == (MORNING + 2 * HOUR, Standing.RUNNING)
    # Ten hours on Tuesday and ten on Wednesday.
    assert (second.due_at, second.target) == (MORNING + 34 * HOUR, 20 * HOUR)
    assert first.terms.place.time_zone == "Asia/Shanghai"


def test_the_clocks_follow_the_ticket_through_its_life(house: House) -> None:
    made = opened(house).id
    move(house, made, State.TRIAGED, MORNING + HOUR)
    first, _ = clocks(house.connection, made)
    assert (first.state, first.ended_at) == (Standing.MET, MORNING + HOUR)
    move(house, made, State.WAITING_FOR_CUSTOMER, MORNING + 2 * HOUR)
    assert clocks(house.connection, made)[1].state is Standing.PAUSED
    move(house, made, State.SCHEDULED, MORNING + 26 * HOUR)
    _, second = clocks(house.connection, made)
    # 18 of 20 hours are left at 10:00 on Wednesday: eight, and ten on Thursday.
    assert second.due_at == MORNING + 58 * HOUR
    move(house, made, State.RESOLVED, MORNING + 30 * HOUR)
    _, second = clocks(house.connection, made)
    assert (second.state, second.spent) == (Standing.MET, 6 * HOUR)
    move(house, made, State.REOPENED, MORNING + 48 * HOUR)
    assert clocks(house.connection, made)[1].state is Standing.RUNNING


def test_a_word_to_the_customer_is_a_first_response(house: House) -> None:
    made = opened(house).id
    keeping.answered(house.connection, made, MORNING + HOUR)
    first, second = clocks(house.connection, made)
    assert (first.state, second.state) == (Standing.MET, Standing.RUNNING)
    keeping.answered(house.connection, made, MORNING + 9 * HOUR)
    assert clocks(house.connection, made)[0] == first


def test_a_finding_that_makes_it_more_severe_makes_it_due_sooner(house: House) -> None:
    made = opened(house, Severity.LOW).id
    _, before = clocks(house.connection, made)
    worse = house.find(
        house.fridge, "poor_cooling", 13 * 60, severity=Severity.CRITICAL, signal="alarm:other"
    )
    house.follow(worse)
    first, after = clocks(house.connection, made)
    assert (before.target, after.target) == (40 * HOUR, 48 * HOUR)
    assert (after.severity, after.spent, first.severity) == ("critical", HOUR, "critical")
    assert after.due_at == MORNING + HOUR + 47 * HOUR
    assert before.due_at is not None
    assert after.due_at < before.due_at


def test_a_breach_found_by_whoever_moves_the_ticket_is_told_as_well(house: House) -> None:
    made = opened(house).id
    move(house, made, State.TRIAGED, MORNING + 3 * HOUR)
    assert house.ask(TOLD) == [("sla.breached", "first_response")]
    assert clocks(house.connection, made)[0].state is Standing.BREACHED


def test_another_policy_holds_for_tickets_to_come(house: House) -> None:
    before = opened(house).id
    shipped = policy.current(house.connection)
    changed = shipped.policy.model_copy(
        update={"promises": shipped.policy.promises[-1:], "warn_at": 0.5}
    )
    kept = policy.change(house.connection, changed, "ada", MORNING, seen=0)
    assert (shipped.version, kept.policy, kept.actor) == (0, changed, "ada")
    [later], _ = house.follow(house.find(house.purifier, "pump", severity=Severity.HIGH))
    assert clocks(house.connection, later.id)[0].target == 20 * HOUR
    assert clocks(house.connection, before)[0].target == 2 * HOUR
