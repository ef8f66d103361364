"""From history to service, and back; nothing serves that the catalogue no longer supports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from devices import appliance, rollup
from devices.catalogue.folder import Catalogue
from models import shelf
from models.promotion import succession
from models.promotion.succession import FROZEN, Ruled
from models.training import families
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

    Yields each type with the models that serve because of it, as they are ready; commits after
    each. Where a family has a champion, the two are compared first.
    """
    for name, ruled in rule_on_all(connection, catalogue, start, end, at):
        yield name, [each.model for each in ruled if each.ruling.serves]


def rule_on_all(
    connection: Connection,
    catalogue: Catalogue,
    start: datetime,
    end: datetime,
    at: datetime,
    *,
    frozen: timedelta = FROZEN,
    forced: Decision | None = None,
) -> Iterator[tuple[str, list[Ruled]]]:
    """As `release`, but tell of every version that was fitted what became of it, and why.

    `forced` lets all of them serve without a comparison.
    """
    for name, description in catalogue.items():
        while rollup.refresh(connection, description, at):
            connection.commit()
        if appliance.in_service(connection, name):
            ruled = of_type(
                connection, catalogue, name, (start, end), at, frozen=frozen, forced=forced
            )
            connection.commit()
            yield name, ruled


def of_type(
    connection: Connection,
    catalogue: Catalogue,
    type_name: str,
    span: tuple[datetime, datetime],
    at: datetime,
    *,
    frozen: timedelta = FROZEN,
    forced: Decision | None = None,
) -> list[Ruled]:
    """Fit the models of a type on its history, and rule on each.

    Where champions serve, the end of the span is held back to compare by: at most `frozen`, and
    at most a quarter of it.
    """
    start, end = span
    held_back = timedelta(0)
    if forced is None and shelf.serving(connection, type_name):
        held_back = min(frozen, (end - start) / 4)
    models = families.fit(connection, catalogue, type_name, start, end - held_back, at)
    if forced is not None:
        return [succession.force(connection, each, forced) for each in models]
    return [succession.settle(connection, catalogue[type_name], each, at) for each in models]


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
