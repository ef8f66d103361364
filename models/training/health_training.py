"""Teaches the anomaly family of a type what healthy appliances do, all metrics together."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from devices.catalogue.appliance_type import ApplianceType
from models import fleet, shelf
from models.anomaly import AnomalyFamily
from models.arrays import Bools
from models.detectors.detector import NotEnoughDataError
from models.fleet import Fleet, Span
from models.history import labels
from models.history.fault_history import Stretches
from models.shelf import Model, Origin
from models.training import fleet_sample, refit
from storage.pool import Connection

FAMILY = "anomaly"
MOST_DEVICES = 100
"""Of these each has a standing of its own; others are judged by the fleet's."""
LEARNED = timedelta(days=28)
"""Of the history: what is nearest in season."""

log = structlog.get_logger(__name__)


def train(
    connection: Connection, description: ApplianceType, span: Span, at: datetime
) -> list[Model]:
    """Fit the family on hours in which nothing is known to be wrong, and shelve it.

    Nothing is fitted while the newest version is fresh.
    """
    if not refit.needed(connection, description, FAMILY, span.until):
        return []
    span = Span(max(span.start, span.until - LEARNED), span.until)
    known = fleet.failures(connection, description, span.start, span.until)
    failing = {device for device, _, _ in known}
    length = span.until - span.start
    chosen = fleet_sample.choose(connection, description, sorted(failing), length, MOST_DEVICES)
    read = fleet_sample.read(connection, description, chosen.ids, span)
    healthy = healthy_rows(connection, description, read, span)
    try:
        family = AnomalyFamily().fit(read.recording.only(healthy))
    except NotEnoughDataError as error:
        log.debug("not trained", type=description.type, family=FAMILY, reason=str(error))
        return []
    names = family.learned.view.names
    origin = Origin.of(description, at, (span.start, span.until), len(read.device_ids), names)
    facts = {
        "hours": int(healthy.sum()),
        "threshold": family.threshold,
        "clear_below": family.clear_below,
        "lookback_h": family.lookback_h,
    }
    return [shelf.put(connection, family, origin, facts, family=FAMILY)]


def healthy_rows(
    connection: Connection, description: ApplianceType, read: Fleet, span: Span
) -> Bools:
    """Which hours of what was read may teach what healthy is, as known at the span's end."""
    unit = {int(device): number for number, device in enumerate(read.device_ids)}
    told = labels.unhealthy(connection, description.type, span.start, span.until)
    bad = Stretches.of(
        [(unit[each.device_id], each.since, each.until) for each in told if each.device_id in unit]
    )
    well: Bools = ~bad.hold(read.recording.moments)
    return well
