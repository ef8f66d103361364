"""The fault forecasts that are made in service: how far ahead, how often, and from how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices import watermark
from devices.catalogue.appliance_type import ApplianceType, Text
from models import fleet, shelf
from models.history.fault_history import FOREVER
from models.recording import HOUR_NS
from storage.pool import Connection

FEWEST_EPISODES = 10
FEWEST_DEVICES = 5
"""With fewer, or all on a few appliances, what was learned would be told of these alone."""
LEARNED = timedelta(days=200)
"""Of the history; less than eight of the longest horizons, so no window is longer than that."""


@dataclass(frozen=True)
class FaultFamily:
    """Forecasts of one horizon."""

    horizon: timedelta
    every: timedelta
    """Appliances are scored so often, and learned from at moments so far apart."""

    @property
    def name(self) -> str:
        """As on the shelf: `fault:24h`."""
        return f"fault:{self.horizon // timedelta(hours=1)}h"

    @property
    def horizon_ns(self) -> int:
        """In nanoseconds, as forecasters count."""
        return self.horizon // timedelta(hours=1) * HOUR_NS


FAMILIES = (
    FaultFamily(timedelta(hours=24), timedelta(hours=6)),
    FaultFamily(timedelta(hours=168), timedelta(hours=24)),
    FaultFamily(timedelta(hours=720), timedelta(hours=24)),
)
BY_NAME = {each.name: each for each in FAMILIES}

Failure = tuple[int, datetime, str]
"""Appliance, time and problem."""


@dataclass(frozen=True)
class Coverage:
    """Whether a family forecasts for a type, and why not yet."""

    family: str
    known: int
    """Confirmed faults; those of one appliance within a horizon count as one."""
    needed: int
    serving: bool
    why: Text


def coverage(connection: Connection, description: ApplianceType) -> list[Coverage]:
    """Tell of each fault family whether it serves for a type, and what it has to learn from."""
    reached = watermark.current(connection)
    since = FOREVER if reached is None else reached - LEARNED
    known = fleet.failures(connection, description, since, FOREVER)
    serving = {model.family for model in shelf.serving(connection, description.type)}
    return [_covered(each, known, serving=each.name in serving) for each in FAMILIES]


def episodes(failures: Sequence[Failure], horizon: timedelta) -> list[Failure]:
    """The first of each appliance's failures that follow each other within a horizon."""
    found: list[Failure] = []
    last: dict[int, datetime] = {}
    for failure in sorted(failures):
        device, at, _ = failure
        if device not in last or at - last[device] > horizon:
            found.append(failure)
        last[device] = at
    return found


def lacking(found: Sequence[Failure]) -> Text | None:
    """What is missing before faults can be forecast; None if these are enough."""
    count, devices = len(found), len({failure[0] for failure in found})
    if count < FEWEST_EPISODES:
        return Text(
            en=f"{count} of {FEWEST_EPISODES} confirmed faults",
            zh=f"已确认故障 {count} 起，需要 {FEWEST_EPISODES} 起",
        )
    if devices < FEWEST_DEVICES:
        return Text(
            en=f"{count} confirmed faults, but on {devices} of {FEWEST_DEVICES} appliances",
            zh=f"已确认故障 {count} 起，但仅涉及 {devices} 台设备，需要 {FEWEST_DEVICES} 台",
        )
    return None


def _covered(family: FaultFamily, known: Sequence[Failure], *, serving: bool) -> Coverage:
    found = episodes(known, family.horizon)
    missing = lacking(found)
    return Coverage(
        family.name, len(found), FEWEST_EPISODES, serving, _why(found, missing, serving)
    )


def _why(found: Sequence[Failure], missing: Text | None, serving: bool) -> Text:  # noqa: FBT001 - one of two sentences
    count = len(found)
    if serving:
        return Text(
            en=f"Forecasts faults; {count} confirmed faults are known",
            zh=f"正在预测故障；已知确认故障 {count} 起",
        )
    if missing is not None:
        return Text(
            en=f"{missing.en}; until then rules and the anomaly score carry this type",
            zh=f"{missing.zh}；在此之前由规则和异常评分负责该类型",
        )
    return Text(
        en=f"{count} confirmed faults are enough to learn from; the next training will",
        zh=f"已确认故障 {count} 起，足以学习；下次训练时进行",
    )
