"""What moved a device's scores, set-based, from rollups and the models that serve."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from devices import appliance, rollup, telemetry
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from models import shelf
from models.reasons import explanation
from models.training import detector_training
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRAINED_H, LATER_H = 10 * 24, 72
WORN, WELL = 0, 3


@pytest.fixture
def fridges(connection: Connection, catalogue: Catalogue) -> list[int]:
    """Eight fridges; of the first, duty and temperature rise after what models learned from."""
    told = [Registration(f"RF-{n}", "refrigerator") for n in range(8)]
    ids = sorted(one.id for one in appliance.register(connection, told, START))
    rng = np.random.default_rng(5)
    readings = []
    for number, device in enumerate(ids):
        for hour in range(TRAINED_H + LATER_H):
            room = 22 + 3 * np.sin(hour / 4 + number) + rng.normal(0, 0.3)
            worn = number == WORN and hour >= TRAINED_H
            values = {
                "ambient_temp_c": room,
                "door_open_pct": 1 + abs(rng.normal(0, 0.3)),
                "defrosting": False,
                "compressor_duty_pct": 40 + 1.5 * (room - 22) + rng.normal(0, 1) + 20 * worn,
                "fridge_temp_c": 4 + 0.1 * (room - 22) + rng.normal(0, 0.1) + 1.5 * worn,
            }
            at = START + hour * HOUR + timedelta(minutes=10)
            readings.append(
                Reading(
                    device, at, {k: float(v) for k, v in values.items()} | {"defrosting": False}
                )
            )
    fridge = catalogue["refrigerator"]
    telemetry.store(connection, fridge, readings)
    rollup.refresh(connection, fridge, START + timedelta(days=99), limit=100_000)
    end = START + TRAINED_H * HOUR
    for made in detector_training.train(connection, catalogue, "refrigerator", START, end, end):
        shelf.promote(connection, made.id)
    return ids


def test_what_moved_is_told_for_the_worn_one_and_not_for_the_others(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    at = START + (TRAINED_H + LATER_H) * HOUR
    found = explanation.explain(connection, catalogue["refrigerator"], dict.fromkeys(fridges, at))
    assert set(found) == set(fridges)
    worn = found[fridges[WORN]]
    assert {each.metric for each in worn.moved} == {"compressor_duty_pct", "fridge_temp_c"}
    assert [each.excess for each in worn.moved] == sorted(
        (each.excess for each in worn.moved), reverse=True
    )
    assert all(value > 3 for value in worn.departures.values())
    for each in worn.moved:
        assert 0 <= (each.since - START) / HOUR - TRAINED_H <= 12
        assert 18 < each.context["ambient_temp_c"] < 26
    well = found[fridges[WELL]]
    assert well.moved == ()
    assert all(abs(value) < 2 for value in well.departures.values())


def test_each_device_is_explained_as_of_its_own_time(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    before = START + TRAINED_H * HOUR
    at = {fridges[WORN]: before, fridges[WELL]: before + LATER_H * HOUR}
    found = explanation.explain(connection, catalogue["refrigerator"], at)
    assert found[fridges[WORN]].moved == ()
    alone = explanation.explain(
        connection, catalogue["refrigerator"], {fridges[WORN]: at[fridges[WORN]]}
    )
    assert alone[fridges[WORN]] == found[fridges[WORN]]


def test_without_readings_or_models_there_is_no_explanation(
    connection: Connection, catalogue: Catalogue, fridges: list[int]
) -> None:
    fridge = catalogue["refrigerator"]
    (silent,) = appliance.register(connection, [Registration("RF-X", "refrigerator")], START)
    assert explanation.explain(connection, fridge, {silent.id: START + 20 * HOUR}) == {}
    assert explanation.explain(connection, fridge, {}) == {}
    kept = {name: each for name, each in fridge.metrics.items() if name != "ambient_temp_c"}
    narrower = fridge.model_copy(update={"metrics": kept})
    assert explanation.explain(connection, narrower, {fridges[0]: START + 99 * HOUR}) == {}
