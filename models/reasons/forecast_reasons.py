"""Why a forecaster expects a fault: the metrics that moved it, and the code that announced it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from devices.catalogue.appliance_type import ApplianceType
from devices.telemetry_block import micros
from models import shelf
from models.fleet import Fleet, Span
from models.forecasters.fault import FaultForecaster
from models.reasons import attribution, explanation, own_history
from models.reasons.attribution import Attribution
from models.reasons.departure import Departure
from models.reasons.explanation import Explanation
from models.recording import HOUR_NS
from models.shelf import Model
from models.training import fleet_sample
from storage.pool import Connection

AT_ONCE = 50
"""Devices whose months of hours are in memory together."""
HORIZONS_BACK = 5
"""A unit is held against its own earlier days; with fewer there is nothing to compare with."""
EVENT, SWITCH = "event", "switch"


@dataclass(frozen=True)
class Reasons:
    """What speaks for one device's forecast."""

    moved: tuple[Departure, ...] = ()
    """Metrics, the one that moved it most first."""
    code: str | None = None
    """The fault code that moved it most."""
    departures: dict[str, float] = field(default_factory=dict)
    """Of each watched metric in spreads, signed."""


def of(
    connection: Connection, description: ApplianceType, model: Model, at: Mapping[int, datetime]
) -> dict[int, Reasons]:
    """Say why a model foretells a fault of each device, by id, as of its own time."""
    forecaster = shelf.load(connection, model, FaultForecaster)
    explained = explanation.explain(connection, description, at)
    horizon_h = forecaster.horizon_ns // HOUR_NS
    back = timedelta(hours=max(forecaster.lookback_h, HORIZONS_BACK * horizon_h))
    found: dict[int, Reasons] = {}
    ids = sorted(at)
    for begin in range(0, len(ids), AT_ONCE):
        part = ids[begin : begin + AT_ONCE]
        times = [at[device] for device in part]
        span = Span(min(times) - back, max(times))
        read = fleet_sample.read(connection, description, part, span)
        for unit, device in enumerate(read.device_ids.tolist()):
            moment = micros(at[device]) * 1000 - 1
            groups = attribution.of_fault(forecaster, read.recording, unit, moment)
            seen = explained.get(device, Explanation())
            found[device] = _reasons(description, groups, seen, (read, unit, moment))
    return found


def _reasons(
    description: ApplianceType,
    groups: Sequence[Attribution],
    seen: Explanation,
    where: tuple[Fleet, int, int],
) -> Reasons:
    read, unit, moment = where
    metrics = list(dict.fromkeys(_metrics(groups, description)))
    return Reasons(
        own_history.told(metrics, seen.seen, read.recording, (unit, moment)),
        next(iter(_codes(groups, description)), None),
        seen.departures,
    )


def _metrics(groups: Sequence[Attribution], description: ApplianceType) -> Iterator[str]:
    """The metrics among the groups; one that is on or off is told as a switch."""
    for group in groups:
        kind, _, rest = group.group.partition(":")
        name = rest.rpartition(" ")[0] if kind == SWITCH else group.group
        if name in description.metrics:
            yield name


def _codes(groups: Sequence[Attribution], description: ApplianceType) -> Iterator[str]:
    for group in groups:
        kind, _, rest = group.group.partition(":")
        if kind == EVENT and rest in description.fault_codes:
            yield rest
