"""Teaches the detectors of a type what healthy appliances do, from the readings alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import structlog

from devices import rollup
from devices.catalogue.appliance_type import ApplianceType, Metric
from devices.catalogue.folder import Catalogue
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.detectors.detector import NotEnoughDataError
from models.features import hours
from models.history import labels
from models.shelf import Model, Origin
from models.version import catalogue_version
from storage.pool import Connection

log = structlog.get_logger(__name__)

RESOLUTION = 0.01
"""A departure of less than this share of a metric's usual range is not worth a look."""


def train(
    connection: Connection,
    catalogue: Catalogue,
    type_name: str,
    start: datetime,
    end: datetime,
    at: datetime,
) -> list[Model]:
    """Fit a detector for each watched metric on hours with start <= time < end; shelve them.

    What is known at `at` to be no picture of health is left out. A metric with too little history
    gets none, and the log says so. Nothing serves until `shelf.promote`.
    """
    description = catalogue[type_name]
    heard = rollup.window(connection, description, _columns(description), start, end)
    teaches = labels.healthy_rows(heard, labels.unhealthy(connection, type_name, start, at))
    frame = heard[teaches].reset_index(drop=True)
    devices = int(frame["device_id"].nunique())
    version = catalogue_version(description)
    origin = Origin(type_name, at, start, end, devices, catalogue=version)
    left_out = {"hours_left_out": int((~teaches).sum())}
    trained = []
    for name, metric in description.watched().items():
        detector = untrained(name, metric)
        try:
            detector.fit(frame)
        except NotEnoughDataError as error:
            log.warning("not trained", type=type_name, metric=name, reason=str(error))
            continue
        trained.append(shelf.put(connection, detector, origin, _facts(detector, frame) | left_out))
    return trained


def untrained(name: str, metric: Metric) -> ContextResidual:
    """Make a detector for a watched metric, as the catalogue describes it."""
    direction = metric.anomaly.value if metric.anomaly else "both"
    width = metric.usual.high - metric.usual.low if metric.usual else 0.0
    return ContextResidual(name, metric.context, direction, resolution=RESOLUTION * width)


def _columns(description: ApplianceType) -> list[str]:
    watched = description.watched()
    names = {name for metric in watched.values() for name in metric.context} | set(watched)
    return hours.columns(sorted(names))


def _facts(detector: ContextResidual, frame: pd.DataFrame) -> dict[str, Any]:
    learned = detector.learned
    return {
        "metric": detector.metric,
        "context": list(detector.context),
        "direction": detector.direction,
        "hours": len(frame),
        "held": sorted(learned.held),
        "curved": learned.basis.curved,
        "noise": learned.noise.overall,
        "between_devices": float(learned.levels.fleet_variance[0] ** 0.5),
        "threshold": detector.threshold,
        "clear_below": detector.clear_below,
        "lookback_h": detector.lookback_h,
    }
