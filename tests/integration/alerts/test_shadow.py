"""A model on trial is followed like the champion, and tells nobody."""

from __future__ import annotations

from datetime import datetime

import pytest

from alerts import alert
from alerts.horizon import Horizon
from alerts.judges import anomaly, shadow
from devices import appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from models import shelf
from models.shelf import Decision, Model
from models.training import detector_training
from storage.pool import Connection
from tests.integration.alerts.warm_fridges import HOUR, METRIC, START, TRAINED_H, Store

WHY = Decision("ana", "let us see")


@pytest.fixture
def tried(connection: Connection, catalogue: Catalogue, stored: Store) -> Model:
    """A shadow beside a champion, both of the same eight healthy days."""
    stored(range(TRAINED_H), {})
    end = START + TRAINED_H * HOUR
    first, second = (
        next(
            each
            for each in detector_training.train(
                connection, catalogue, "refrigerator", START, end, end
            )
            if each.metric == METRIC
        )
        for _ in range(2)
    )
    shelf.promote(connection, first.id)
    return shelf.shadow(connection, second.id, WHY)


def at(hour: int) -> datetime:
    return START + hour * HOUR


def rows(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    return connection.execute(statement.encode()).fetchall()


def test_what_a_shadow_finds_is_kept_and_told_nobody(
    connection: Connection, fridge: ApplianceType, stored: Store, tried: Model
) -> None:
    shadow.judge(connection, fridge, at(TRAINED_H))
    stored(range(TRAINED_H, TRAINED_H + 48), {2: 15.0})
    for hour in range(TRAINED_H + 6, TRAINED_H + 50, 6):
        shadow.judge(connection, fridge, at(hour))
    kept = rows(connection, "SELECT model_id, device_id, problem FROM hearthwatch.shadow_alerts")
    worn = appliance.get(connection, "F-2").id
    assert kept == [(tried.id, worn, "works_too_hard")]
    for table in ("alerts", "alert_changes", "tickets", "notices"):
        assert rows(connection, f"SELECT count(*) FROM hearthwatch.{table}") == [(0,)]


def test_a_trial_is_compared_with_what_the_champion_raised_in_the_same_hours(
    connection: Connection, fridge: ApplianceType, stored: Store, tried: Model
) -> None:
    assert shadow.compare(connection, tried.id) is None
    shadow.judge(connection, fridge, at(TRAINED_H))
    stored(range(TRAINED_H, TRAINED_H + 48), {2: 15.0})
    shadow.judge(connection, fridge, at(TRAINED_H + 48))
    findings = anomaly.judge(connection, fridge, Horizon(at(TRAINED_H + 48), 48 * HOUR))
    alert.record(connection, findings)
    found = shadow.compare(connection, tried.id)
    assert found is not None
    assert (found.would_raise, found.raised, found.both_raise) == (1, 1, 1)
    assert found.since == at(TRAINED_H - 25)
    assert found.until == at(TRAINED_H + 47)


def test_hours_are_judged_once_and_an_alert_of_a_shadow_ends(
    connection: Connection, fridge: ApplianceType, stored: Store, tried: Model
) -> None:
    stored(range(TRAINED_H, TRAINED_H + 24), {2: 15.0})
    assert shadow.judge(connection, fridge, at(TRAINED_H + 24)) == 1
    assert shadow.judge(connection, fridge, at(TRAINED_H + 24)) == 0
    assert shadow.judge(connection, fridge, at(TRAINED_H + 20)) == 0
    stored(range(TRAINED_H + 24, TRAINED_H + 72), {})
    assert shadow.judge(connection, fridge, at(TRAINED_H + 72)) == 1
    (row,) = rows(connection, "SELECT raised_at, cleared_at FROM hearthwatch.shadow_alerts")
    raised_at, cleared_at = row
    assert isinstance(raised_at, datetime)
    assert isinstance(cleared_at, datetime)
    assert raised_at < at(TRAINED_H + 24) < cleared_at
    assert tried.state == "shadow"


def test_what_begins_and_ends_in_the_same_hours_is_kept_with_its_end(
    connection: Connection, fridge: ApplianceType, stored: Store, tried: Model
) -> None:
    stored(range(TRAINED_H, TRAINED_H + 24), {2: 15.0})
    stored(range(TRAINED_H + 24, TRAINED_H + 72), {})
    shadow.judge(connection, fridge, at(TRAINED_H))
    assert shadow.judge(connection, fridge, at(TRAINED_H + 72)) == 2
    assert rows(connection, "SELECT cleared_at IS NULL FROM hearthwatch.shadow_alerts") == [
        (False,)
    ]
    assert tried.state == "shadow"


def test_a_shadow_whose_metric_left_the_catalogue_rests(
    connection: Connection, fridge: ApplianceType, stored: Store, tried: Model
) -> None:
    stored(range(TRAINED_H, TRAINED_H + 24), {2: 15.0})
    kept = {name: metric for name, metric in fridge.metrics.items() if name != METRIC}
    narrower = fridge.model_copy(update={"metrics": kept})
    assert shadow.judge(connection, narrower, at(TRAINED_H + 24)) == 0
    assert shadow.compare(connection, tried.id) is None


def test_a_champion_is_not_followed_twice(
    connection: Connection, fridge: ApplianceType, stored: Store, tried: Model
) -> None:
    shelf.promote(connection, tried.id, WHY)
    stored(range(TRAINED_H, TRAINED_H + 24), {2: 15.0})
    assert shadow.judge(connection, fridge, at(TRAINED_H + 24)) == 0
