"""Why models call a device unusual: the few metrics that moved it, and all departures as a vector.

Set-based: one read of the rollups and one call of each model explain all devices asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.features import hours
from models.reasons import departure
from models.reasons.departure import Departure, Scores, Watched
from models.serving import readable
from storage.pool import Connection

FAMILY = "context_residual"
LOOK_BACK = timedelta(days=14)
"""A departure that is older is said to have begun then."""
AT_ONCE = 200
"""Devices of which two weeks of hours fit into memory without being noticed."""


@dataclass(frozen=True)
class Explanation:
    """What the models of a type see in one device at one time."""

    moved: tuple[Departure, ...] = ()
    """Metrics whose score is raised, the one furthest beyond its threshold first."""
    departures: dict[str, float] = field(default_factory=dict)
    """Of each watched metric in spreads, signed, the mean of the past day."""
    seen: dict[str, Departure] = field(default_factory=dict)
    """Where each watched metric stands, raised or not."""


def explain(
    connection: Connection, description: ApplianceType, at: Mapping[int, datetime]
) -> dict[int, Explanation]:
    """Explain devices by id, each as of its own time; one of which nothing is known has no entry.

    Models that serve and whose metrics the catalogue still has are asked.
    """
    detectors = _detectors(connection, description)
    ids = sorted(at)
    found: dict[int, Explanation] = {}
    for begin in range(0, len(ids) if detectors else 0, AT_ONCE):
        part = {device: at[device] for device in ids[begin : begin + AT_ONCE]}
        found |= _explained(_scored(connection, description, detectors, part))
    return found


def _detectors(connection: Connection, description: ApplianceType) -> list[ContextResidual]:
    watched = description.watched()
    return [
        shelf.load(connection, model)
        for model in readable.serving(connection, description.type)
        if model.family.startswith(f"{FAMILY}:")
        and model.metric in watched
        and set(model.facts.get("context", ())) <= set(description.metrics)
    ]


def _scored(
    connection: Connection,
    description: ApplianceType,
    detectors: Sequence[ContextResidual],
    at: Mapping[int, datetime],
) -> Iterator[tuple[Watched, dict[int, Scores]]]:
    """What each detector watches, with the scores of each device."""
    names = {name for detector in detectors for name in (detector.metric, *detector.context)}
    lookback = timedelta(hours=max(detector.lookback_h for detector in detectors))
    first, last = min(at.values()) - LOOK_BACK, max(at.values())
    frame = rollup.window(
        connection, description, hours.columns(sorted(names)), first - lookback, last, list(at)
    )
    frame = frame[frame["time"] < pd.to_datetime(frame["device_id"].map(at), utc=True)]
    for detector in detectors:
        watched = Watched(
            detector.metric,
            detector.context,
            detector.direction,
            detector.threshold,
            detector.clear_below,
        )
        yield watched, _by_device(detector.score(frame), frame, detector.context)


def _by_device(
    scored: pd.DataFrame, frame: pd.DataFrame, context: Sequence[str]
) -> dict[int, Scores]:
    """Take scores apart by device; `frame` has what was around."""
    around = frame[["device_id", "time", *(f"{name}_mean" for name in context)]]
    joined = scored.merge(around, on=["device_id", "time"], how="left")
    ids = joined["device_id"].to_numpy(np.int64)
    observed, expected, spread, z, score = (
        joined[name].to_numpy(np.float64)
        for name in ("observed", "expected", "spread", "z", "score")
    )
    scores = Scores(
        joined["time"].to_numpy("datetime64[ns]").astype(np.int64),
        observed,
        expected,
        spread,
        z,
        score,
        joined[[f"{name}_mean" for name in context]].to_numpy(np.float64),
    )
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])[: len(ids)]
    ends = np.r_[starts[1:], len(ids)]
    return {
        int(ids[start]): scores.only(slice(start, end))
        for start, end in zip(starts, ends, strict=False)
    }


def _explained(
    scores: Iterator[tuple[Watched, dict[int, Scores]]],
) -> dict[int, Explanation]:
    found: dict[int, dict[str, Departure]] = {}
    moved: dict[int, list[Departure]] = {}
    departures: dict[int, dict[str, float]] = {}
    for watched, by_device in scores:
        for device, of_device in by_device.items():
            seen = departure.of_scores(of_device, watched)
            if seen is not None:
                found.setdefault(device, {})[watched.metric] = seen
            if seen is not None and seen.excess * watched.threshold > watched.rest:
                moved.setdefault(device, []).append(seen)
            mean = departure.mean_z(of_device)
            if mean is not None:
                departures.setdefault(device, {})[watched.metric] = mean
    return {
        device: Explanation(_furthest(moved.get(device, [])), vector, found.get(device, {}))
        for device, vector in departures.items()
    }


def _furthest(moved: Sequence[Departure]) -> tuple[Departure, ...]:
    return tuple(sorted(moved, key=lambda each: -each.excess))
