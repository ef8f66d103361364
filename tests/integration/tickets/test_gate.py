"""Between a finding and a ticket: what is held back, why, and what opens it later."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import alert, budget
from alerts.alert import Finding
from alerts.worth import Budget
from devices import appliance, watermark
from devices.appliance import Registration
from devices.catalogue.appliance_type import Severity
from storage import pool
from tests.integration.tickets.conftest import MINUTE, START, House
from tests.integration.tickets.happening import report, settle
from tickets import opening, ticket
from tickets.gating import holding
from tickets.watch import Watch

DAY = timedelta(days=1)
ONE_A_DAY = Budget(enforced=True, visits_a_day=1)
DEAR = Budget(enforced=True, visit_cost=10_000)


def _set(house: House, wanted: Budget, region: str = "") -> None:
    seen = budget.of_regions(house.connection, [region])[region]
    budget.change(house.connection, seen, wanted, "dora", START)


def _held(house: House) -> list[tuple[str, str, str]]:
    return [(each.serial, each.problem, each.why) for each in holding.page(house.connection)]


def _reconsider(house: House, after: timedelta) -> list[str]:
    """Problems of the tickets that are opened when held alerts are looked at again."""
    _, opened = holding.reconsider(house.connection, house.catalogue, START + after)
    return [each.problem for each in opened]


def test_unless_somebody_enforces_a_budget_every_finding_opens_a_ticket(house: House) -> None:
    _set(house, replace(DEAR, enforced=False))
    opened, _ = house.follow(
        house.find(house.fridge, "poor_cooling"), house.find(house.purifier, "offline")
    )
    assert len(opened) == 2
    assert _held(house) == []


def test_what_is_not_worth_a_visit_is_held_and_says_so(house: House) -> None:
    _set(house, DEAR)
    opened, changes = house.follow(house.find(house.fridge, "poor_cooling"))
    assert opened == []
    assert _held(house) == [("RF-1", "poor_cooling", "not_worth_it")]
    (shown,) = alert.page(house.connection)
    assert (shown.id, shown.held, shown.probability) == (changes[0].alert_id, "not_worth_it", 0.3)
    assert ticket.page(house.connection) == []


def test_safety_is_never_held(house: House) -> None:
    _set(house, replace(DEAR, visits_a_day=0))
    opened, _ = house.follow(house.find(house.purifier, "leak", severity=Severity.LOW))
    assert [each.problem for each in opened] == ["leak"]


def test_the_visit_of_the_day_goes_to_the_finding_that_saves_most(house: House) -> None:
    _set(house, ONE_A_DAY)
    opened, _ = house.follow(
        house.find(house.fridge, "weak_airflow", severity=Severity.MEDIUM),
        house.find(house.fridge, "poor_cooling", severity=Severity.CRITICAL),
        house.find(house.purifier, "offline", severity=Severity.HIGH),
    )
    assert [each.problem for each in opened] == ["poor_cooling"]
    assert set(_held(house)) == {
        ("RF-1", "weak_airflow", "no_visit_free"),
        ("WP-1", "offline", "no_visit_free"),
    }


def test_a_visit_given_earlier_that_day_is_gone_and_the_next_day_has_another(
    house: House,
) -> None:
    _set(house, ONE_A_DAY)
    first, _ = house.follow(house.find(house.fridge, "poor_cooling", severity=Severity.HIGH))
    later, _ = house.follow(
        house.find(house.fridge, "weak_airflow", 30, severity=Severity.MEDIUM),
        house.find(house.purifier, "offline", 30, severity=Severity.HIGH),
    )
    assert (len(first), later) == (1, [])
    assert _reconsider(house, 60 * MINUTE) == []
    assert _reconsider(house, DAY) == ["offline"]
    assert _reconsider(house, DAY + 60 * MINUTE) == []
    assert _reconsider(house, 2 * DAY) == ["weak_airflow"]
    assert _held(house) == []


def test_two_connections_at_once_give_the_last_visit_away_once(
    house: House, database_url: str
) -> None:
    _set(house, ONE_A_DAY)
    house.connection.commit()
    told = [
        house.find(house.fridge, "poor_cooling", severity=Severity.HIGH),
        house.find(house.purifier, "offline", severity=Severity.HIGH),
    ]

    def follow(finding: Finding) -> None:
        with pool.connect(database_url) as own:
            opening.follow(own, house.catalogue, alert.record(own, [finding]))

    threads = [threading.Thread(target=follow, args=(finding,)) for finding in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ticket.page(house.connection)) == 1
    assert [why for _, _, why in _held(house)] == ["no_visit_free"]


def test_a_cancelled_ticket_gives_its_visit_back(house: House) -> None:
    _set(house, ONE_A_DAY)
    house.follow(house.find(house.fridge, "poor_cooling", severity=Severity.HIGH))
    house.follow(house.find(house.purifier, "offline", 30, severity=Severity.HIGH))
    house.connection.execute("UPDATE hearthwatch.tickets SET state = 'cancelled'")
    assert _reconsider(house, 60 * MINUTE) == ["offline"]


def test_a_finding_on_an_open_ticket_joins_it_and_takes_no_visit(house: House) -> None:
    _set(house, ONE_A_DAY)
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling", severity=Severity.HIGH))
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling", 5, signal="other"))
    assert opened == []
    assert ticket.get(house.connection, one.id).findings == 2
    assert _held(house) == []


def test_a_ticket_that_was_held_has_all_that_was_seen_and_opens_when_it_is_given(
    house: House,
) -> None:
    _set(house, ONE_A_DAY)
    house.follow(house.find(house.fridge, "poor_cooling", severity=Severity.HIGH))
    house.follow(house.find(house.purifier, "offline", 30, severity=Severity.HIGH))
    house.follow(house.find(house.purifier, "offline", 40, signal="other"))
    house.follow(house.find(house.purifier, "offline", 50, signal="other", fires=False))
    assert _reconsider(house, DAY) == ["offline"]
    (found, _) = ticket.page(house.connection)
    assert (found.opened_at, found.severity) == (START + DAY, "high")
    proofs = ticket.proofs(house.connection, found.id)
    assert [each.change for each in proofs] == ["raised", "joined", "eased"]


def test_what_is_over_before_a_visit_is_free_is_forgotten(house: House) -> None:
    _set(house, DEAR)
    house.follow(house.find(house.fridge, "poor_cooling"))
    house.follow(house.find(house.fridge, "poor_cooling", 9, fires=False))
    assert _held(house) == []
    _set(house, Budget(enforced=False))
    assert _reconsider(house, DAY) == []
    assert house.ask("SELECT count(*) FROM hearthwatch.held_alerts") == [(0,)]


def test_a_budget_that_somebody_moves_opens_what_has_become_worth_it(house: House) -> None:
    _set(house, DEAR)
    house.follow(house.find(house.fridge, "poor_cooling"))
    assert _reconsider(house, 60 * MINUTE) == []
    _set(house, replace(DEAR, bias=100.0))
    assert _reconsider(house, 120 * MINUTE) == ["poor_cooling"]


def test_a_second_signal_makes_a_held_finding_worth_a_visit(house: House) -> None:
    _set(house, Budget(enforced=True, visit_cost=150, failure_cost=600))
    opened, _ = house.follow(house.find(house.fridge, "poor_cooling", severity=Severity.MEDIUM))
    assert opened == []
    told = house.find(
        house.fridge, "poor_cooling", 5, severity=Severity.MEDIUM, metric="fridge_temp_c"
    )
    opened, _ = house.follow(replace(told, signal="second"))
    assert len(opened) == 1
    assert ticket.get(house.connection, opened[0].id).findings == 2


def test_verdicts_decide_whether_findings_of_their_kind_are_worth_it(house: House) -> None:
    _set(house, Budget(enforced=True, visit_cost=80, failure_cost=600))
    alarm = {"metric": "fridge_temp_c", "severity": Severity.HIGH}
    (one,), _ = house.follow(house.find(house.fridge, "poor_cooling", **alarm))  # type: ignore[arg-type]
    house.connection.execute("UPDATE hearthwatch.tickets SET state = 'closed'")
    # As if a hundred tickets like this one had been looked at in vain.
    house.connection.execute(
        "INSERT INTO hearthwatch.tickets (device_id, problem, state, severity, safety, opened_at,"
        " changed_at) SELECT device_id, problem, state, severity, safety, opened_at, changed_at"
        " FROM hearthwatch.tickets, generate_series(1, 100)"
    )
    house.connection.execute(
        "WITH seen AS (INSERT INTO hearthwatch.alert_changes (alert_id, at, change, signal,"
        " severity, evidence) SELECT alert_id, at, change, signal, severity, evidence FROM"
        " hearthwatch.alert_changes, generate_series(1, 100) RETURNING id), numbered AS (SELECT id,"
        " row_number() OVER (ORDER BY id) AS n FROM seen), later AS (SELECT id, row_number() OVER"
        f" (ORDER BY id) AS n FROM hearthwatch.tickets WHERE id <> {one.id}) INSERT INTO"
        " hearthwatch.ticket_evidence SELECT later.id, numbered.id FROM later JOIN numbered"
        " USING (n)"
    )
    house.connection.execute(
        "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding)"
        " SELECT id, opened_at, 'tom', 'no_fault_found' FROM hearthwatch.tickets"
    )
    opened, _ = house.follow(house.find(house.fridge, "weak_airflow", 60, **alarm))  # type: ignore[arg-type]
    assert opened == []
    (waiting,) = holding.page(house.connection)
    assert waiting.probability == pytest.approx(8 / 111, abs=0.01)
    assert one.problem == "poor_cooling"


def test_a_region_without_a_budget_of_its_own_is_not_held_to_another_ones(house: House) -> None:
    (north,) = appliance.register(
        house.connection, [Registration("RF-N", "refrigerator", region="north")], START
    )
    _set(house, DEAR, "north")
    opened, _ = house.follow(
        house.find(house.fridge, "poor_cooling"), house.find(north.id, "poor_cooling")
    )
    assert [each.device_id for each in opened] == [house.fridge]
    assert [each.region for each in holding.page(house.connection, "north")] == ["north"]
    assert holding.page(house.connection, "") == []


def test_the_watch_holds_a_warm_fridge_and_opens_its_ticket_when_the_budget_allows(
    house: House, watched: Watch
) -> None:
    _set(house, DEAR)
    house.connection.commit()
    report(house, fridge_temp_c=14.0)
    settle(watched)
    assert ticket.page(house.connection) == []
    assert _held(house) == [("RF-1", "poor_cooling", "not_worth_it")]
    _set(house, Budget())
    watermark.advance(house.connection, "w", START + timedelta(hours=7, minutes=1))
    house.connection.commit()
    settle(watched)
    (opened,) = ticket.page(house.connection)
    assert (opened.problem, opened.findings) == ("poor_cooling", 1)
    assert house.ask("SELECT count(*) FROM hearthwatch.notices") == [(1,)]
