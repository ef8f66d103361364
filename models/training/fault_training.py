"""Teaches a type's fault forecasters what came before the faults that technicians confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import structlog

from devices.catalogue.appliance_type import ApplianceType
from models import fleet, shelf
from models.arrays import Bools, Ints
from models.detectors.detector import NotEnoughDataError
from models.fleet import Fleet, Span
from models.forecasters.calibration import Calibration
from models.forecasters.fault import FaultForecaster
from models.forecasters.forecaster import Target
from models.history import fault_history
from models.history.fault_history import History
from models.promotion.fault_skill import skill
from models.recording import Moments
from models.shelf import Model, Origin
from models.training import fault_families, fleet_sample, health_training, refit
from models.training.fault_families import (
    FAMILIES,
    LEARNED,
    Coverage,
    Failure,
    FaultFamily,
    coverage,
)
from models.training.fleet_sample import Chosen
from storage.pool import Connection

__all__ = ["Coverage", "coverage", "skill", "train"]

MOST_HEALTHY = 10_000
"""Moments without a fault that are learned from; the calibration knows what they stand for."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Lesson:
    """All that the families of a type learn from."""

    connection: Connection
    description: ApplianceType
    origin: Origin
    known: list[Failure]
    chosen: Chosen
    read: Fleet
    history: History


def train(
    connection: Connection,
    description: ApplianceType,
    start: datetime,
    end: datetime,
    at: datetime,
) -> list[Model]:
    """Fit the fault forecasters and the anomaly family of a type as candidates; shelve them.

    Failures are rare, so the forecasters learn from `LEARNED` before `end` even where `start` is
    later. A family without enough to learn from is left out, and the log says why.
    """
    span = Span(min(start, end - LEARNED), end)
    made = forecasters(connection, description, span, at)
    return made + health_training.train(connection, description, Span(start, end), at)


def forecasters(
    connection: Connection,
    description: ApplianceType,
    span: Span,
    at: datetime,
    families: Sequence[FaultFamily] = FAMILIES,
) -> list[Model]:
    """Fit fault forecasters on all that is known of a span at its end, and shelve them."""
    known = fleet.failures(connection, description, span.start, span.until)
    wanted = [
        each for each in families if _wanted(connection, description, known, span.until, each)
    ]
    if not wanted:
        return []
    lesson = _lesson(connection, description, span, at, known)
    return [model for each in wanted if (model := _trained(lesson, each)) is not None]


def _wanted(
    connection: Connection,
    description: ApplianceType,
    known: list[Failure],
    end: datetime,
    family: FaultFamily,
) -> bool:
    """Whether there is enough to learn from, and more or other than its last version had."""
    found = fault_families.episodes(known, family.horizon)
    missing = fault_families.lacking(found)
    if missing is not None:
        log.debug("no forecasts", type=description.type, family=family.name, reason=missing.en)
        return False
    return refit.needed(connection, description, family.name, end, len(found))


def _lesson(
    connection: Connection,
    description: ApplianceType,
    span: Span,
    at: datetime,
    known: list[Failure],
) -> Lesson:
    failing = [device for device, _, _ in known]
    length = span.until - span.start
    chosen = fleet_sample.choose(connection, description, failing, length)
    read = fleet_sample.read(connection, description, chosen.ids, span)
    origin = Origin.of(description, at, (span.start, span.until), len(read.device_ids))
    history = fault_history.of(connection, description, read, span)
    return Lesson(connection, description, origin, known, chosen, read, history)


def _trained(lesson: Lesson, family: FaultFamily) -> Model | None:
    told = {"type": lesson.description.type, "family": family.name}
    try:
        forecaster, facts = fitted(lesson, family)
    except NotEnoughDataError as error:
        log.warning("not trained", **told, reason=str(error))
        return None
    learned = forecaster.learned
    origin = replace(lesson.origin, features=learned.names if learned else ())
    return shelf.put(lesson.connection, forecaster, origin, facts, family=family.name)


def fitted(lesson: Lesson, family: FaultFamily) -> tuple[FaultForecaster, dict[str, Any]]:
    """Fit one family, and say what it was taught; raises NotEnoughDataError."""
    at = fault_history.moments(lesson.read, family.every)
    came = fault_history.target(lesson.history, at, family.horizon_ns)
    some: Bools = np.atleast_1d(np.isfinite(came.values).any(axis=1))
    at, came = at.only(some), came.only(some)
    kept, stands_for = _thinned(came, _failed(lesson, at), lesson.chosen.thinned)
    at, came = at.only(kept), came.only(kept)
    forecaster = FaultForecaster(family.horizon_ns)
    # Its traits say how old a unit is now; when it was installed is told among the repairs.
    shown = replace(lesson.read.recording, traits=None, trait_names=())
    forecaster.fit(shown, at, came)
    _put_right(forecaster, stands_for)
    found = fault_families.episodes(lesson.known, family.horizon)
    return forecaster, {
        "horizon_h": family.horizon / timedelta(hours=1),
        "episodes": len(found),
        "devices_with_faults": len({device for device, _, _ in found}),
        "modes": dict(Counter(mode for _, _, mode in found)),
        "moments": len(at),
        "moments_before_a_fault": int((came.values.max(axis=1) > 0).sum()),
        "healthy_moments_stand_for": stands_for,
        "lookback_h": forecaster.lookback_h,
    }


def _failed(lesson: Lesson, at: Moments) -> Bools:
    """Moments of appliances all of which were read, for they failed."""
    failing: Bools = np.isin(lesson.read.device_ids, lesson.chosen.failing)
    return failing[at.unit]


def _thinned(came: Target, failed: Bools, thinned: float) -> tuple[Ints, float]:
    """Keep all moments before a fault and some others; and for how many each of these stands."""
    faulty = came.values.max(axis=1, initial=0.0) > 0
    healthy = np.flatnonzero(~faulty)
    there = np.where(failed[healthy], 1.0, thinned).sum()
    rng = np.random.default_rng(0)
    if len(healthy) > MOST_HEALTHY:
        healthy = rng.choice(healthy, MOST_HEALTHY, replace=False)
    kept: Ints = np.sort(np.concatenate([np.flatnonzero(faulty), healthy]))
    return kept, float(there / max(len(healthy), 1))


def _put_right(forecaster: FaultForecaster, stands_for: float) -> None:
    """Make probabilities those of the whole fleet, of whose healthy moments few were shown."""
    learned = forecaster.learned
    if learned is not None:
        seen = learned.calibration.probability
        whole = seen / (seen + (1 - seen) * stands_for)
        calibration = Calibration(learned.calibration.score, whole)
        forecaster.learned = replace(learned, calibration=calibration)
