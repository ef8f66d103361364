"""From history to service: rollups brought up to date, models fitted, the new ones serving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from devices import appliance, rollup
from devices.catalogue.folder import Catalogue
from models import shelf, training
from models.shelf import Model
from storage.pool import Connection


def release(
    connection: Connection, catalogue: Catalogue, start: datetime, end: datetime, at: datetime
) -> Iterator[tuple[str, list[Model]]]:
    """Fit every type that has appliances in service on start <= time < end, and let it serve.

    Yields each type with its models as they are ready; commits after each.
    """
    for name, description in catalogue.items():
        while rollup.refresh(connection, description, at):
            connection.commit()
        if appliance.in_service(connection, name):
            models = training.train(connection, catalogue, name, start, end, at)
            yield name, [shelf.promote(connection, model.id) for model in models]
            connection.commit()
