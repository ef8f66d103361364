from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simulator import scorer
from simulator.scorer import Found
from simulator.truth import TrueFault, Truth

START = datetime(2025, 3, 11, tzinfo=UTC)


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


FAULT = TrueFault("RF-1", "refrigerant_leak", ("cooling",), _day(1), _day(5), _day(8))
TRUTH = Truth(START, _day(10), ("RF-1", "RF-2"), (FAULT,))


def _found(serial: str, problem: str, at: datetime, ticket: int = 1) -> Found:
    return Found(ticket, serial, problem, at, at)


def test_a_ticket_for_the_true_problem_finds_the_fault_with_its_lead() -> None:
    card = scorer.compare(TRUTH, [_found("RF-1", "cooling", _day(3))])
    assert (card.faults_injected, card.faults_ticketed) == (1, 1)
    assert (card.failures, card.failures_ticketed_before) == (1, 1)
    assert card.median_lead_h == 48.0
    assert card.false_tickets == card.misnamed_tickets == 0


def test_a_ticket_after_the_failure_finds_it_but_too_late() -> None:
    card = scorer.compare(TRUTH, [_found("RF-1", "cooling", _day(6))])
    assert card.faults_ticketed == 1
    assert card.failures_ticketed_before == 0
    assert card.median_lead_h == -24.0


def test_a_ticket_before_the_fault_began_is_false_and_finds_nothing() -> None:
    card = scorer.compare(TRUTH, [_found("RF-1", "cooling", _day(0.5))])
    assert card.faults_ticketed == 0
    assert card.false_tickets == 1
    assert card.missed == ("RF-1 refrigerant_leak",)


def test_a_ticket_of_a_healthy_appliance_is_false() -> None:
    card = scorer.compare(TRUTH, [_found("RF-2", "cooling", _day(3))])
    assert card.false == ("RF-2 cooling",)


def test_a_ticket_for_another_problem_of_a_faulty_appliance_is_misnamed() -> None:
    card = scorer.compare(TRUTH, [_found("RF-1", "door", _day(3))])
    assert card.faults_ticketed == 0
    assert card.misnamed_tickets == 1
    assert card.false_tickets == 0


def test_an_old_ticket_that_a_new_finding_joins_finds_the_fault_too() -> None:
    joined = Found(1, "RF-1", "cooling", opened_at=_day(-20), at=_day(3))
    card = scorer.compare(TRUTH, [joined])
    assert card.faults_ticketed == 1
    assert card.tickets == 0


def test_a_fault_that_had_not_failed_by_the_end_is_no_failure() -> None:
    early = Truth(START, _day(4), ("RF-1",), (FAULT,))
    card = scorer.compare(early, [])
    assert (card.faults_injected, card.failures) == (1, 0)
    assert card.median_lead_h is None


def test_a_fault_that_is_repaired_in_time_never_comes_to_a_failure() -> None:
    repaired = replace(FAULT, repaired_at=_day(4))
    card = scorer.compare(replace(TRUTH, faults=(repaired,)), [_found("RF-1", "cooling", _day(3))])
    assert (card.failures, card.failures_ticketed_before, card.prevented) == (0, 0, 1)
    assert card.median_lead_h == 48.0


def test_a_fault_that_nobody_repairs_is_not_prevented() -> None:
    assert scorer.compare(TRUTH, []).prevented == 0
