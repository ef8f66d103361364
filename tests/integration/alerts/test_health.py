"""An appliance that is not as it should be: on trial it is shown, and told once it serves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from alerts import alert, evidence
from alerts.horizon import Horizon
from alerts.judges import health, shadow
from models import shelf
from models.fleet import Span
from models.shelf import Decision, Model
from models.training import fault_training, health_training
from storage import pool
from tests.failing_fleet import FREEZER, HOUR, MODE, TOLD_H, FailingFleet

WORN = 13
WHY = Decision("ana", "let us see")


@pytest.fixture(scope="module")
def trained_url(module_database_url: str) -> str:
    """A database with the freezers, and what the healthy ones do."""
    with pool.connect(module_database_url) as connection:
        fleet = FailingFleet.stored(connection)
        fleet.tickets()
        end = fleet.at(fleet.end_h)
        assert health_training.train(connection, FREEZER, Span(fleet.at(0), end), end)
    return module_database_url


@pytest.fixture
def fleet(trained_url: str) -> Iterator[FailingFleet]:
    """The freezers, one of which wears for a day and a half; what a test does is undone."""
    with pool.connect(trained_url) as connection:
        known = FailingFleet.known(connection)
        fails = known.end_h + TOLD_H + 10
        known.report(range(known.end_h, fails), {WORN: fails})
        yield known
        connection.rollback()


@pytest.fixture
def model(fleet: FailingFleet) -> Model:
    (made,) = shelf.versions(fleet.connection, "freezer")
    return made


def test_on_trial_it_tells_nobody_and_is_shown_as_health(fleet: FailingFleet, model: Model) -> None:
    shelf.shadow(fleet.connection, model.id, WHY)
    for hour in range(fleet.end_h + 2, fleet.end_h + TOLD_H + 12, 6):
        shadow.judge(fleet.connection, FREEZER, fleet.at(hour))
    found = rows(fleet, "SELECT model_id, device_id, problem FROM hearthwatch.shadow_alerts")
    assert found == [(model.id, fleet.ids[WORN], MODE)]
    assert rows(fleet, "SELECT count(*) FROM hearthwatch.alerts") == [(0,)]
    shown = rows(
        fleet,
        "SELECT device_id FROM hearthwatch.device_scores WHERE family = 'anomaly'"
        " ORDER BY score DESC",
    )
    assert len(shown) == len(fleet.ids)
    assert shown[0] == (fleet.ids[WORN],)
    assert judged(fleet, fleet.end_h + TOLD_H) == []


def test_once_it_serves_it_raises_the_problem_of_the_metric_that_departs_most(
    fleet: FailingFleet, model: Model
) -> None:
    shelf.promote(fleet.connection, model.id, WHY)
    changes = [
        change
        for hour in range(fleet.end_h + 2, fleet.end_h + TOLD_H + 12, 6)
        for change in alert.record(fleet.connection, judged(fleet, hour))
    ]
    assert [(each.change, each.device_id, each.problem) for each in changes] == [
        ("raised", fleet.ids[WORN], MODE)
    ]
    seen = changes[0].evidence
    assert (seen.kind, seen.source, seen.metric) == ("anomaly", "anomaly v1", "motor_a")
    assert seen.excess is not None
    assert seen.excess > 1
    told = evidence.sentence(seen, FREEZER, "en")
    assert told.startswith("Motor current is ")
    assert " above its usual " in told


def test_hours_are_judged_once_and_not_every_hour(fleet: FailingFleet, model: Model) -> None:
    shelf.promote(fleet.connection, model.id, WHY)
    judged(fleet, fleet.end_h + 30)
    first = progress(fleet)
    judged(fleet, fleet.end_h + 33)
    assert progress(fleet) == first == fleet.at(fleet.end_h + 29)
    judged(fleet, fleet.end_h + 36)
    assert progress(fleet) == fleet.at(fleet.end_h + 35)


def test_it_is_judged_by_hours_that_were_confirmed_to_be_trouble(
    fleet: FailingFleet, model: Model
) -> None:
    begin = fleet.end_h + TOLD_H + 10
    fails = begin + 60
    fleet.report(range(begin, fails), dict.fromkeys((1, 2, 3), fails))
    window = fleet.at(begin), fleet.at(fails)
    assert fault_training.skill(fleet.connection, FREEZER, model, *window) is None
    for number in (1, 2, 3):
        fleet.ticket(number, fails - 20, lasts_h=15)
    found = fault_training.skill(fleet.connection, FREEZER, model, *window)
    assert found is not None
    assert found.cases == 3
    assert found.value > 0.9


def judged(fleet: FailingFleet, hour: int) -> list[alert.Finding]:
    return health.judge(fleet.connection, FREEZER, Horizon(fleet.at(hour), 24 * HOUR))


def progress(fleet: FailingFleet) -> object:
    ((until,),) = rows(fleet, "SELECT scored_until FROM hearthwatch.scoring_progress")
    return until


def rows(fleet: FailingFleet, statement: str) -> list[tuple[object, ...]]:
    return fleet.connection.execute(statement.encode()).fetchall()
