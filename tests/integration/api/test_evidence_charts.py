"""What a ticket's charts draw: what was seen, what was expected, and the moment it was noticed."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

import pytest

from alerts.evidence import Evidence
from api.console import evidence_charts
from api.console.evidence_charts import Subject
from devices import appliance, rollup, telemetry
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from models import shelf
from models.training import detector_training
from storage.pool import Connection
from tickets.ticket import Proof

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HISTORY = timedelta(days=10)
STEP = timedelta(minutes=30)


@pytest.fixture
def fridges(connection: Connection, catalogue: Catalogue) -> list[int]:
    """Eight refrigerators with ten days of ordinary readings."""
    made = appliance.register(
        connection, [Registration(f"RF-{n}", "refrigerator") for n in range(8)], NOW - HISTORY
    )
    ids = [each.id for each in made]
    times = [NOW - STEP * n for n in range(int(HISTORY / STEP))]
    readings = [Reading(device, at, _values(device, at)) for device in ids for at in times]
    telemetry.store(connection, catalogue["refrigerator"], readings)
    rollup.refresh(connection, catalogue["refrigerator"], NOW + timedelta(hours=1))
    return ids


def _values(device: int, at: datetime) -> dict[str, float | int | bool | None]:
    ambient = 22 + 3 * math.sin(at.timestamp() / 13751) + device / 10
    wobble = math.sin(at.timestamp() * (device + 1)) / 5
    return {
        "ambient_temp_c": ambient,
        "door_open_pct": 1 + wobble,
        "defrosting": False,
        "fridge_temp_c": 4 + (ambient - 22) / 10 + wobble,
        "compressor_duty_pct": 40 + 2 * (ambient - 22) + wobble,
    }


def _proof(kind: str, metric: str | None = None, code: str | None = None) -> Proof:
    seen = Evidence(
        kind=kind,  # type: ignore[arg-type]  # the test's own words
        source="test",
        since=NOW - timedelta(hours=8),
        until=NOW - timedelta(hours=2),
        metric=metric,
        code=code,
        high=8.0 if kind == "alarm" else None,
    )
    return Proof(1, 1, seen.until, "raised", "test", "high", seen)


def _draw(connection: Connection, catalogue: Catalogue, device: int, *proofs: Proof) -> list[str]:
    subject = Subject(connection, catalogue["refrigerator"], device, "en", NOW)
    return [json.dumps(chart.item) for chart in evidence_charts.of(subject, proofs)]


def test_an_anomaly_is_drawn_against_what_the_model_expects(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    trained = detector_training.train(
        connection, catalogue, "refrigerator", NOW - HISTORY, NOW, NOW
    )
    for model in trained:
        shelf.promote(connection, model.id)
    (drawn,) = _draw(connection, catalogue, fridges[0], _proof("anomaly", "fridge_temp_c"))
    assert '"Expected"' in drawn
    assert '"Observed"' in drawn
    noticed = (NOW - timedelta(hours=2)).timestamp() * 1000
    assert str(noticed) in drawn


def test_an_anomaly_whose_model_is_gone_is_drawn_as_it_was_reported(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    (drawn,) = _draw(connection, catalogue, fridges[0], _proof("anomaly", "fridge_temp_c"))
    assert '"Expected"' not in drawn
    assert '"Fridge temperature"' in drawn


def test_an_alarm_is_drawn_with_its_limit(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    (drawn,) = _draw(connection, catalogue, fridges[0], _proof("alarm", "fridge_temp_c"))
    assert '"location": 8.0' in drawn


def test_a_code_is_drawn_by_the_metrics_of_its_problem(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    drawn = _draw(connection, catalogue, fridges[0], _proof("code", code="E7"))
    assert len(drawn) == 1
    assert '"Fridge temperature"' in drawn[0]


def test_one_metric_is_drawn_once_and_nothing_heard_not_at_all(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    alarm = _proof("alarm", "fridge_temp_c")
    never_reported = _proof("alarm", "evaporator_temp_c")
    silence = _proof("silence")
    assert len(_draw(connection, catalogue, fridges[0], alarm, alarm, never_reported, silence)) == 1
