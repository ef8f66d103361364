"""How well a stored forecaster foretold the faults of a time that it has seen nothing of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry_block import micros
from models import fleet, shelf
from models.anomaly import AnomalyFamily
from models.arrays import Bools, Floats
from models.fleet import Fleet, Span
from models.forecasters.fault import FaultForecaster
from models.history import fault_history
from models.history.fault_history import History
from models.promotion.contest import Skill
from models.serving.newest_score import lookback_h
from models.shelf import Model
from models.training import fault_families, fleet_sample
from models.training.fault_families import FaultFamily
from storage.pool import Connection

FEWEST_FAULTS = 3
MOST_DEVICES = 200
"""All that failed, up to half, and some of the others."""


def skill(
    connection: Connection,
    description: ApplianceType,
    model: Model,
    since: datetime,
    until: datetime,
) -> Skill | None:
    """Judge a fault or anomaly family on since <= time < until, by what was confirmed until then.

    None where fewer than three faults were confirmed, or all moments are alike.
    """
    known = fleet.failures(connection, description, since, until)
    if len({(device, at) for device, at, _ in known}) < FEWEST_FAULTS:
        return None
    fitted = shelf.load(connection, model, object)
    lookback = timedelta(hours=lookback_h(cast("FaultForecaster | AnomalyFamily", fitted)))
    span = Span(since - lookback, until)
    failing = [device for device, _, _ in known]
    length = span.until - span.start
    chosen = fleet_sample.choose(connection, description, failing, length, MOST_DEVICES)
    read = fleet_sample.read(connection, description, chosen.ids, span)
    history = fault_history.of(connection, description, read, span)
    if isinstance(fitted, FaultForecaster):
        family = fault_families.BY_NAME[model.family]
        cases = len(fault_families.episodes(known, family.horizon))
        return _of_forecast(fitted, family, read, history, (since, cases))
    return _of_health(cast("AnomalyFamily", fitted), read, history, (since, len(known)))


def _of_forecast(
    fitted: FaultForecaster,
    family: FaultFamily,
    read: Fleet,
    history: History,
    judged: tuple[datetime, int],
) -> Skill | None:
    since, cases = judged
    at = fault_history.moments(read, family.every)
    at = at.only(at.time_ns >= _ns(since))
    came = fault_history.target(history, at, family.horizon_ns).values
    truth = came.max(axis=1, initial=0.0) if came.shape[1] else np.zeros(len(at))
    score = fitted.score(read.recording, at)["score"].to_numpy(np.float64)
    told = np.isfinite(truth) & np.isfinite(score)
    return _skill(average_precision_score, truth[told] > 0, score[told], cases, "PR-AUC")


def _of_health(
    fitted: AnomalyFamily, read: Fleet, history: History, judged: tuple[datetime, int]
) -> Skill | None:
    """Whether hours in trouble get higher scores than hours of which nothing is known."""
    since, cases = judged
    at = read.recording.moments
    score = fitted.score(read.recording)["score"].to_numpy(np.float64)
    trouble: Bools = history.faulty.hold(at) | history.begun.hold(at)
    told = np.isfinite(score) & (at.time_ns >= _ns(since)) & ~history.doubtful.hold(at)
    return _skill(roc_auc_score, trouble[told], score[told], cases, "ROC-AUC, hours in trouble")


def _skill(
    figure: Callable[[Bools, Floats], float], truth: Bools, score: Floats, cases: int, what: str
) -> Skill | None:
    if not 0 < truth.sum() < len(truth):
        return None
    return Skill(float(figure(truth, score)), cases, what)


def _ns(instant: datetime) -> int:
    return micros(instant) * 1000
