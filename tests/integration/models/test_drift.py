"""How far inputs and scores have moved, by type, firmware and region."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from devices import appliance
from devices.appliance import Appliance, Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Value
from models import drift, shelf
from models.drift import Drift
from models.shelf import Model
from models.training import detector_training
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
TRAINED_H = 8 * 24
METRIC = "compressor_duty_pct"
NOW = START + timedelta(hours=TRAINED_H + 6 * 24)
Values = Callable[[int, float], dict[str, Value]]
Store = Callable[..., list[Appliance]]
GoOn = Callable[[Values], None]


@pytest.fixture
def go_on(connection: Connection, stored: Store) -> GoOn:
    """Stores six days after the training; two of the four fridges run another firmware since."""

    def store(values: Values) -> None:
        fridges = stored(range(TRAINED_H, TRAINED_H + 6 * 24), values)
        told = [
            Registration(
                each.serial,
                "refrigerator",
                firmware="2.0" if number >= 2 else "1.0",
                region="north" if number % 2 else "south",
            )
            for number, each in enumerate(fridges)
        ]
        appliance.register(connection, told, START)

    return store


@pytest.fixture
def champion(connection: Connection, catalogue: Catalogue, stored: Store, healthy: Values) -> Model:
    """The duty's model, from eight days of four fridges."""
    stored(range(TRAINED_H), healthy)
    until = START + timedelta(hours=TRAINED_H)
    found = detector_training.train(connection, catalogue, "refrigerator", START, until, until)
    return shelf.promote(connection, next(each.id for each in found if each.metric == METRIC))


def parts(found: list[Drift], kind: str, name: str) -> dict[tuple[str, str], str]:
    """The level of each part."""
    return {
        (each.part, each.part_name): each.level
        for each in found
        if (each.kind, each.name) == (kind, name)
    }


def test_a_firmware_that_makes_compressors_work_harder_is_found_and_named(
    connection: Connection,
    refrigerator: ApplianceType,
    champion: Model,
    go_on: GoOn,
    healthy: Values,
) -> None:
    def updated(number: int, hour: float) -> dict[str, Value]:
        values = healthy(number, hour)
        more = 12.0 * (number >= 2)
        return values | {METRIC: float(values[METRIC] or 0) + more}

    go_on(updated)
    kept = drift.measure(connection, refrigerator, NOW)
    found = drift.latest(connection, type_name="refrigerator")
    assert kept == len(found)
    duty = parts(found, "input", METRIC)
    assert duty["firmware", "2.0"] == "major"
    assert duty["firmware", "1.0"] != "major"
    assert duty["type", ""] == "major"
    assert {part for part, _ in duty} == {"type", "firmware", "region"}
    scores = parts(found, "score", champion.family)
    assert scores["firmware", "2.0"] == "major"
    assert found[0].stability_index == max(each.stability_index for each in found)


def test_a_fleet_that_goes_on_as_it_was_has_not_drifted(
    connection: Connection,
    refrigerator: ApplianceType,
    champion: Model,
    go_on: GoOn,
    healthy: Values,
) -> None:
    go_on(healthy)
    drift.measure(connection, refrigerator, NOW)
    found = parts(drift.latest(connection), "input", METRIC)
    assert found["type", ""] == "stable"
    assert champion.id == drift.latest(connection)[0].model_id


def test_a_partner_is_shown_no_other_region(
    connection: Connection,
    refrigerator: ApplianceType,
    champion: Model,
    go_on: GoOn,
    healthy: Values,
) -> None:
    go_on(healthy)
    drift.measure(connection, refrigerator, NOW)
    assert champion.serving
    regions = {
        each.part_name for each in drift.latest(connection, region="north") if each.part == "region"
    }
    assert regions == {"north"}


def test_right_after_training_there_is_nothing_to_compare(
    connection: Connection, refrigerator: ApplianceType, champion: Model
) -> None:
    assert drift.measure(connection, refrigerator, champion.span_until) == 0
    assert drift.latest(connection) == []


def test_a_metric_that_left_the_catalogue_is_passed_over(
    connection: Connection,
    refrigerator: ApplianceType,
    champion: Model,
    go_on: GoOn,
    healthy: Values,
) -> None:
    go_on(healthy)
    kept = {name: metric for name, metric in refrigerator.metrics.items() if name != METRIC}
    drift.measure(connection, refrigerator.model_copy(update={"metrics": kept}), NOW)
    found = {each.name for each in drift.latest(connection)}
    assert found == set(champion.metrics) - {METRIC}


def test_what_was_measured_of_a_retired_model_is_shown_no_more(
    connection: Connection,
    catalogue: Catalogue,
    refrigerator: ApplianceType,
    champion: Model,
    go_on: GoOn,
    healthy: Values,
) -> None:
    go_on(healthy)
    drift.measure(connection, refrigerator, NOW)
    assert {each.model_id for each in drift.latest(connection)} == {champion.id}
    again = detector_training.train(connection, catalogue, "refrigerator", START, NOW, NOW)
    shelf.promote(connection, next(each.id for each in again if each.metric == METRIC))
    assert drift.latest(connection) == []
