"""A fleet that is to be scored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices import appliance, rollup, telemetry
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from models import shelf
from models.serving.fleet_scoring import Errand
from models.training import detector_training
from storage.pool import Connection
from tests.integration.models.fleet.scored_fleet import AT, FRIDGES, START, TRAINED_H, Store, Values


@pytest.fixture
def errand(
    connection: Connection,
    database_url: str,
    catalogue: Catalogue,
    stored: Store,
    healthy: Values,
) -> Errand:
    """Six fridges with eight days, one that was heard once, and one that never was."""
    stored(range(TRAINED_H), healthy, devices=FRIDGES)
    description = catalogue["refrigerator"]
    others = [Registration("HW-silent", "refrigerator"), Registration("HW-new", "refrigerator")]
    found = {one.serial: one.id for one in appliance.register(connection, others, AT)}
    once = Reading(found["HW-new"], AT - timedelta(minutes=30), healthy(0, 1))
    telemetry.store(connection, description, [once])
    rollup.refresh(connection, description, AT)
    models = detector_training.train(connection, catalogue, "refrigerator", START, AT, AT)
    serving = tuple(shelf.promote(connection, model.id) for model in models[:3])
    connection.commit()
    return Errand(database_url, description, serving, AT)
