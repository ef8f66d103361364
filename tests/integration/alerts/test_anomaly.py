"""From scores of a trained model to an alert that says which model saw what."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest

from alerts import alert, evidence
from alerts.horizon import Horizon
from alerts.judges import anomaly
from devices import appliance
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from models import shelf
from models.serving import readable
from models.training import detector_training
from storage.pool import Connection
from tests.integration.alerts.warm_fridges import HOUR, METRIC, START, TRAINED_H, Store


@pytest.fixture
def model(connection: Connection, catalogue: Catalogue, stored: Store) -> shelf.Model:
    """The duty's model, trained on eight healthy days, and serving."""
    stored(range(TRAINED_H), {})
    end = START + TRAINED_H * HOUR
    (made,) = (
        each
        for each in detector_training.train(connection, catalogue, "refrigerator", START, end, end)
        if each.metric == METRIC
    )
    return shelf.promote(connection, made.id)


def horizon(hour: int) -> Horizon:
    return Horizon(START + hour * HOUR, timedelta(hours=12))


def test_a_fridge_that_works_too_hard_raises_an_alert_that_names_the_model(
    connection: Connection, fridge: ApplianceType, stored: Store, model: shelf.Model
) -> None:
    stored(range(TRAINED_H, TRAINED_H + 48), {2: 15.0})
    findings = []
    for hour in range(TRAINED_H + 6, TRAINED_H + 50, 6):
        findings += anomaly.judge(connection, fridge, horizon(hour))
    changes = alert.record(connection, findings)
    assert [each.change for each in changes] == ["raised"]
    evidence = changes[0].evidence
    assert changes[0].problem == "works_too_hard"
    assert (evidence.source, evidence.model_id) == (f"context_residual:{METRIC} v1", model.id)
    assert evidence.metric == METRIC
    assert evidence.observed is not None
    assert evidence.high is not None
    assert evidence.observed > evidence.high
    assert changes[0].device_id == appliance.get(connection, "F-2").id


def test_the_evidence_tells_what_moved_by_how_much_and_since_when(
    connection: Connection, fridge: ApplianceType, stored: Store, model: shelf.Model
) -> None:
    assert model.serving
    stored(range(TRAINED_H, TRAINED_H + 96), {2: 15.0})
    findings = []
    for hour in range(TRAINED_H + 6, TRAINED_H + 98, 6):
        findings += anomaly.judge(connection, fridge, horizon(hour))
    (seen,) = [each.evidence for each in findings if each.fires]
    (moved,) = seen.moved
    assert moved.metric == METRIC
    assert moved.observed - moved.expected == pytest.approx(15, abs=3)
    assert 20 < moved.context["ambient_temp_c"] < 24
    assert seen.excess == pytest.approx(moved.excess)
    assert seen.excess is not None
    assert seen.excess > 1
    began = (seen.since - START) / HOUR - TRAINED_H
    assert 0 <= began <= 12
    assert seen.departures[METRIC] > 3
    told = evidence.sentence(seen, fridge, "en")
    assert re.match(r"Compressor running is \d+\.\d %, 1\d\.\d points above the", told)


def test_hours_are_judged_once(
    connection: Connection, fridge: ApplianceType, stored: Store, model: shelf.Model
) -> None:
    assert model.serving
    stored(range(TRAINED_H, TRAINED_H + 24), {2: 15.0})
    first = anomaly.judge(connection, fridge, horizon(TRAINED_H + 12))
    more = anomaly.judge(connection, fridge, horizon(TRAINED_H + 24))
    assert len(first) + len(more) == 1
    assert anomaly.judge(connection, fridge, horizon(TRAINED_H + 24)) == []
    assert anomaly.judge(connection, fridge, horizon(TRAINED_H + 6)) == []


def test_without_a_serving_model_there_is_nothing_to_judge(
    connection: Connection, fridge: ApplianceType, stored: Store
) -> None:
    stored(range(24), {2: 50.0})
    assert anomaly.judge(connection, fridge, horizon(24)) == []


@pytest.mark.parametrize("removed", [METRIC, "door_open_pct"])
def test_a_model_of_a_metric_that_the_catalogue_no_longer_has_is_passed_over(
    connection: Connection,
    fridge: ApplianceType,
    stored: Store,
    model: shelf.Model,
    removed: str,
) -> None:
    assert model.serving
    stored(range(TRAINED_H, TRAINED_H + 24), {2: 15.0})
    kept = {name: metric for name, metric in fridge.metrics.items() if name != removed}
    narrower = fridge.model_copy(update={"metrics": kept})
    assert anomaly.judge(connection, narrower, horizon(TRAINED_H + 24)) == []


def test_a_model_that_another_version_stored_says_nothing_and_stops_nobody(
    connection: Connection, fridge: ApplianceType, model: shelf.Model, stored: Store
) -> None:
    stored(range(TRAINED_H, TRAINED_H + 48), {1: 25.0})
    connection.execute(
        "UPDATE hearthwatch.models SET artefact = 'another', facts = facts || %s WHERE id = %s",
        (f'{{"sha256": "{hashlib.sha256(b"another").hexdigest()}"}}', model.id),
    )
    reached = START + (TRAINED_H + 48) * HOUR
    assert anomaly.judge(connection, fridge, Horizon(reached, timedelta(days=7))) == []
    assert readable.serving(connection, fridge.type) == []
