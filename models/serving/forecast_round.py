"""When a type's fault forecasts are due, and the scoring of the fleet, a chunk at a time.

A round is bound to an instant of event time, not to who takes it: one that was interrupted goes
on with the chunks that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models import shelf
from models.fleet import Chunk
from models.serving import fleet_scoring, newest_score, readable, scoring
from models.serving.fleet_scoring import Errand
from models.serving.newest_score import Scorer
from models.shelf import Model
from models.training.fault_families import BY_NAME
from storage.pool import Connection

HOUR = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CHUNK = 250
"""Appliances in one transaction: what they are told by is up to eight weeks of hours each."""


@dataclass(frozen=True)
class Round:
    """Appliances that are still to be scored as of `errand.at`."""

    errand: Errand
    left: tuple[Chunk, ...]


def due(connection: Connection, description: ApplianceType, watermark: datetime) -> Round | None:
    """Give the round that should be taken now; None if no family is due, or none serves.

    An hour is scored once another has gone by, and is in the rollup.
    """
    reached = watermark - HOUR
    serving = forecasting(readable.serving(connection, description.type), description)
    models, instants = [], []
    for model in serving:
        slot = last_slot(reached, BY_NAME[model.family].every)
        until = scoring.scored_until(connection, description.type, model.family)
        if until is None or until < slot:
            models.append(model)
            instants.append(slot)
    if not models:
        return None
    at = max(instants)
    complete = rollup.complete_until(connection, description, at - newest_score.FRESH_H * HOUR)
    if complete is not None and complete < at:
        return None
    errand = Errand("", description, tuple(models), at)
    return Round(errand, tuple(fleet_scoring.begin(connection, errand, CHUNK)))


def score_next(connection: Connection, taken: Round) -> Round | None:
    """Score the next chunk in the caller's transaction; None once nothing is left."""
    errand = taken.errand
    if taken.left:
        chunk = taken.left[0]
        count = 0
        loaded = [(model, shelf.load(connection, model, object)) for model in errand.models]
        for model, scorer in loaded:
            known = cast("Scorer", scorer)
            read = fleet_scoring.read_for(connection, errand.description, [known], chunk, errand.at)
            scores = newest_score.newest(known, read)
            fleet_scoring.write(connection, model, errand.at, scores)
            count += len(scores)
        fleet_scoring.note(connection, errand, chunk, count)
    if len(taken.left) > 1:
        return replace(taken, left=taken.left[1:])
    for model in errand.models:
        scoring.advance(connection, errand.description.type, model.family, errand.at)
    return None


def forecasting(models: Sequence[Model], description: ApplianceType) -> list[Model]:
    """Those of the fault families whose metrics the catalogue still has."""
    return [
        model
        for model in models
        if model.family in BY_NAME and set(model.metrics) <= set(description.metrics)
    ]


def last_slot(reached: datetime, every: timedelta) -> datetime:
    """The last instant up to `reached` at which a family that is due so often is scored."""
    return EPOCH + (reached - EPOCH) // every * every
