"""From what a forecaster says of a fleet to an alert, and a ticket that says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alerts import alert, evidence
from alerts.alert import AlertChange
from alerts.horizon import Horizon
from alerts.judges import code, forecast, shadow
from models import shelf
from models.fleet import Span
from models.forecasters.fault import FaultForecaster
from models.serving import fleet_scoring, forecast_round
from models.shelf import Decision, Origin
from models.training import fault_training
from models.training.fault_families import BY_NAME
from storage import pool
from tests.failing_fleet import FREEZER, HOUR, MODE, FailingFleet
from tickets import opening

DAY = BY_NAME["fault:24h"]
CATALOGUE = {"freezer": FREEZER}
WORN = 13
"""A freezer that has not failed so far."""


@pytest.fixture(scope="module")
def trained_url(module_database_url: str) -> str:
    """A database with the failing freezers, their tickets, and what was learned of them."""
    with pool.connect(module_database_url) as connection:
        fleet = FailingFleet.stored(connection)
        fleet.tickets()
        end = fleet.at(fleet.end_h)
        span = Span(fleet.at(0), end)
        (made,) = fault_training.forecasters(connection, FREEZER, span, end, (DAY,))
        shelf.promote(connection, made.id)
    return module_database_url


@pytest.fixture
def fleet(trained_url: str) -> Iterator[FailingFleet]:
    """The freezers; whatever a test does to them is undone."""
    with pool.connect(trained_url) as connection:
        yield FailingFleet.known(connection)
        connection.rollback()


def watch(fleet: FailingFleet, hours: range) -> list[AlertChange]:
    """Score and judge with the watermark at each of these hours."""
    changes: list[AlertChange] = []
    for hour in hours:
        reached = fleet.at(hour)
        taken = forecast_round.due(fleet.connection, FREEZER, reached)
        while taken is not None:
            taken = forecast_round.score_next(fleet.connection, taken)
        findings = forecast.judge(fleet.connection, FREEZER, Horizon(reached, 24 * HOUR))
        changes += alert.record(fleet.connection, findings)
    return changes


def worn(fleet: FailingFleet) -> int:
    """Let one freezer go the way of those that failed; the hour at which it would fail."""
    fails = fleet.end_h + 48
    fleet.report(range(fleet.end_h, fails), {WORN: fails})
    return fails


def test_a_fault_that_announces_itself_opens_a_ticket_that_says_why(fleet: FailingFleet) -> None:
    fails = worn(fleet)
    changes = watch(fleet, range(fleet.end_h + 2, fails, 6))
    (raised,) = changes
    assert (raised.change, raised.device_id, raised.problem) == ("raised", fleet.ids[WORN], MODE)
    assert raised.at <= fleet.at(fails - 6)
    seen = raised.evidence
    assert (seen.kind, seen.source, seen.horizon_h) == ("forecast", "fault:24h v1", 24.0)
    assert seen.probability is not None
    assert seen.probability > 0.5
    assert seen.metric == "motor_a"
    (opened,) = opening.follow(fleet.connection, CATALOGUE, changes)
    assert (opened.device_id, opened.problem, opened.severity) == (fleet.ids[WORN], MODE, "high")
    told = evidence.sentence(seen, FREEZER, "en")
    assert re.match(
        r"The chance of a failure within 24 hours is \d\d %: Motor current is \d\.\d\d A,"
        r" \d+ % above its usual \d\.\d\d A, for \d+ hours$",
        told,
    )
    assert re.match(
        r"1 天内发生故障的概率为 \d\d %：电机电流为 .* A，比平时的 .* A 高 \d+ %，已持续",
        evidence.sentence(seen, FREEZER, "zh"),
    )


def test_what_another_rule_found_and_the_forecast_are_one_ticket(fleet: FailingFleet) -> None:
    fails = worn(fleet)
    fleet.code(WORN, fails - 30)
    reached = Horizon(fleet.at(fails - 29), 24 * HOUR)
    first = alert.record(fleet.connection, code.judge(fleet.connection, CATALOGUE, reached))
    assert len(opening.follow(fleet.connection, CATALOGUE, first)) == 1
    changes = watch(fleet, range(fails - 30, fails, 6))
    assert [(each.change, each.evidence.kind) for each in changes] == [("joined", "forecast")]
    assert changes[0].alert_id == first[0].alert_id
    assert opening.follow(fleet.connection, CATALOGUE, changes) == []


def test_a_repaired_freezer_eases_its_alert(fleet: FailingFleet) -> None:
    fails = worn(fleet)
    fleet.report(range(fails, fails + 48), {})
    changes = watch(fleet, range(fleet.end_h + 2, fails + 47, 6))
    assert [each.change for each in changes] == ["raised", "cleared"]
    assert changes[1].at > fleet.at(fails)


def test_what_is_stored_later_changes_no_score(fleet: FailingFleet) -> None:
    watch(fleet, range(fleet.end_h + 1, fleet.end_h + 2))
    first = scores(fleet)
    assert len(first) == len(fleet.ids)
    fleet.connection.execute("DELETE FROM hearthwatch.device_scores")
    fleet.connection.execute("DELETE FROM hearthwatch.scored_chunks")
    fleet.connection.execute("DELETE FROM hearthwatch.scoring_progress")
    worn(fleet)
    fleet.code(2, fleet.end_h + 3)
    fleet.ticket(5, fleet.end_h + 3)
    watch(fleet, range(fleet.end_h + 1, fleet.end_h + 2))
    assert scores(fleet) == first


def test_a_score_is_made_and_judged_once_whoever_made_it(fleet: FailingFleet) -> None:
    fails = worn(fleet)
    reached = fleet.at(fails - 5)
    taken = forecast_round.due(fleet.connection, FREEZER, reached)
    assert taken is not None
    assert forecast_round.score_next(fleet.connection, taken) is None
    assert forecast_round.due(fleet.connection, FREEZER, reached) is None
    horizon = Horizon(reached, 24 * HOUR)
    forecast.judge(fleet.connection, FREEZER, horizon)
    left = rows(
        fleet, "SELECT count(*) FROM hearthwatch.device_scores WHERE judged_at IS DISTINCT FROM at"
    )
    assert left == [(0,)]
    assert forecast.judge(fleet.connection, FREEZER, horizon) == []


def test_a_round_that_was_interrupted_goes_on_with_what_is_left(fleet: FailingFleet) -> None:
    reached = fleet.at(fleet.end_h + 2)
    taken = forecast_round.due(fleet.connection, FREEZER, reached)
    assert taken is not None
    halves = fleet_scoring.begin(fleet.connection, taken.errand, 8)
    assert len(halves) == 2
    taken = forecast_round.score_next(fleet.connection, replace(taken, left=tuple(halves)))
    assert taken is not None
    assert len(scores(fleet)) == 8
    assert fleet_scoring.begin(fleet.connection, taken.errand, 8) == halves[1:]


def test_old_scores_are_history(fleet: FailingFleet) -> None:
    fails = worn(fleet)
    taken = forecast_round.due(fleet.connection, FREEZER, fleet.at(fails - 1))
    assert taken is not None
    forecast_round.score_next(fleet.connection, taken)
    late = Horizon(fleet.at(fails + 48), 24 * HOUR)
    assert forecast.judge(fleet.connection, FREEZER, late) == []
    assert rows(fleet, "SELECT * FROM hearthwatch.signals") == []


def test_a_forecaster_on_trial_tells_nobody_and_is_compared(fleet: FailingFleet) -> None:
    (serving,) = shelf.serving(fleet.connection, "freezer")
    forecaster = shelf.load(fleet.connection, serving, FaultForecaster)
    told = Origin("freezer", fleet.at(0), fleet.at(0), fleet.at(fleet.end_h), 16)
    tried = shelf.put(fleet.connection, forecaster, told, {}, family=DAY.name)
    shelf.shadow(fleet.connection, tried.id, Decision("ana", "let us see"))
    fails = worn(fleet)
    for hour in range(fleet.end_h + 2, fails, 6):
        shadow.judge(fleet.connection, FREEZER, fleet.at(hour))
    kept = rows(fleet, "SELECT model_id, device_id, problem FROM hearthwatch.shadow_alerts")
    assert kept == [(tried.id, fleet.ids[WORN], MODE)]
    for table in ("alerts", "device_scores"):
        assert rows(fleet, f"SELECT count(*) FROM hearthwatch.{table}") == [(0,)]
    watch(fleet, range(fleet.end_h + 2, fails, 6))
    found = shadow.compare(fleet.connection, tried.id)
    assert found is not None
    assert (found.would_raise, found.raised, found.both_raise) == (1, 1, 1)


def scores(fleet: FailingFleet) -> list[tuple[object, ...]]:
    return rows(
        fleet, "SELECT device_id, at, score, details FROM hearthwatch.device_scores ORDER BY 1"
    )


def rows(fleet: FailingFleet, statement: str) -> list[tuple[object, ...]]:
    return fleet.connection.execute(statement.encode()).fetchall()
