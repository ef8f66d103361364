"""From history to service, and back; nothing serves that the catalogue no longer supports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from devices import appliance, rollup
from devices.catalogue.folder import Catalogue
from models import shelf, training
from models.version import Decision, Model, State
from runtime.errors import ConflictError
from storage.pool import Connection

CHANGES: Mapping[State, Callable[[Connection, int, Decision], Model]] = {
    State.CHAMPION: shelf.promote,
    State.SHADOW: shelf.shadow,
    State.RETIRED: shelf.retire,
}


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


def move(
    connection: Connection, catalogue: Catalogue, model_id: int, state: State, decision: Decision
) -> Model:
    """Let a version serve, be tried or be retired.

    ConflictError if it is to score and the catalogue no longer has its type or metrics.
    """
    if state is not State.RETIRED:
        _check_catalogue(shelf.get(connection, model_id), catalogue)
    return CHANGES[state](connection, model_id, decision)


def rollback(
    connection: Connection, catalogue: Catalogue, model_id: int, decision: Decision
) -> Model:
    """Let the champion before this one serve again, if the catalogue still has its metrics."""
    restored = shelf.rollback(connection, model_id, decision)
    _check_catalogue(restored, catalogue)
    return restored


def _check_catalogue(model: Model, catalogue: Catalogue) -> None:
    description = catalogue.get(model.type)
    if description is None:
        raise ConflictError(f"the catalogue has no type {model.type}")
    gone = [name for name in model.metrics if name not in description.metrics]
    if gone:
        raise ConflictError(
            f"{model.name} needs {', '.join(gone)}, which {model.type} no longer has",
            hint="train a new version",
        )
