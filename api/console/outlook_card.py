"""What the models in use say of an appliance, in words: faults to come, departures, supplies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api import forecast, wording
from api.family import Family
from api.forecast import Said, Supply
from devices.catalogue.appliance_type import ApplianceType
from models.version import DETECTOR, State
from storage.pool import Connection

MOST_PROBLEMS = 5


@dataclass(frozen=True)
class Horizon:
    """How far ahead one column looks."""

    length: timedelta
    said: Said


@dataclass(frozen=True)
class Departure:
    """A metric beside what its context explains."""

    title: str
    unit: str
    said: Said


@dataclass(frozen=True)
class Card:
    """All of it; everything is empty before the first scoring."""

    horizons: Sequence[Horizon]
    chances: Sequence[tuple[str, Sequence[float]]]
    """Of each problem, by horizon; the likeliest first."""
    whole: Said | None
    """Of the appliance as a whole."""
    departures: Sequence[Departure]
    """The furthest first."""
    supplies: Sequence[tuple[str, Supply]]
    scored_at: datetime | None
    """Of what was said last."""
    trial: bool
    """Some of it is said by a model on trial."""


def of(
    connection: Connection, device_id: int, description: ApplianceType | None, spoken: str
) -> Card:
    """What is shown of the appliance."""
    said = forecast.said(connection, device_id)
    by_kind = [(Family.of(each.family), each) for each in said]
    horizons = [Horizon(family.horizon, each) for family, each in by_kind if family.horizon]
    horizons.sort(key=lambda each: each.length)
    return Card(
        horizons=horizons,
        chances=_chances(horizons, description, spoken),
        whole=next((each for family, each in by_kind if family.kind == "anomaly"), None),
        departures=_departures(by_kind, description, spoken),
        supplies=[
            (wording.consumable_title(description, each.consumable, spoken), each)
            for each in forecast.lasting(connection, device_id)
        ],
        scored_at=max((each.at for each in said), default=None),
        trial=any(each.state == State.SHADOW for each in said),
    )


def _chances(
    horizons: Sequence[Horizon], description: ApplianceType | None, spoken: str
) -> list[tuple[str, list[float]]]:
    names = {name for each in horizons for name in each.said.modes}
    rows = [(name, [each.said.modes.get(name, 0.0) for each in horizons]) for name in names]
    rows.sort(key=lambda row: (-max(row[1]), row[0]))
    return [
        (wording.problem_title(description, name, spoken), chances)
        for name, chances in rows[:MOST_PROBLEMS]
    ]


def _departures(
    said: Sequence[tuple[Family, Said]], description: ApplianceType | None, spoken: str
) -> list[Departure]:
    metrics = description.metrics if description else {}
    rows = [
        Departure(
            metrics[family.subject].title.language(spoken), metrics[family.subject].unit, each
        )
        for family, each in said
        if family.kind == DETECTOR and family.subject in metrics and each.share is not None
    ]
    return sorted(rows, key=lambda each: -(each.said.share or 0.0))
