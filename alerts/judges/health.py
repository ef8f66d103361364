"""Judges what the anomaly family scored: an appliance that is not as it should be, all in all.

It speaks only once somebody has promoted it. Until then it is on trial, and is shown as health.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from alerts import rule, signal
from alerts.alert import Finding
from alerts.evidence import Evidence
from alerts.horizon import Horizon
from alerts.rule import Standing, Turn
from alerts.signal import Key
from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models import fleet, shelf
from models.anomaly import AnomalyFamily
from models.fleet import Span
from models.reasons import explanation, unusual
from models.reasons.departure import Departure
from models.reasons.explanation import Explanation
from models.reasons.unusual import Unusual
from models.serving import fleet_scoring, readable, scoring
from models.shelf import Model
from models.training.health_training import FAMILY
from storage.pool import Connection

PREFIX = "health:"
HOUR = timedelta(hours=1)
HOLD = timedelta(hours=3)
"""Scores are smoothed over hours already; this only keeps a single spike from firing."""
EVERY = timedelta(hours=6)
"""Ten days are read to score an hour, so several hours are scored at once."""


@dataclass(frozen=True)
class Turned:
    """A signal that turned, with the score at which it did."""

    key: Key
    turn: Turn
    score: float
    excess: float
    """The score as a multiple of that from which somebody is told."""
    moved: tuple[Departure, ...] = ()
    """What is furthest from what the appliance did before, where it fires."""


@dataclass
class Following:
    """Follows the hours of the appliances of a type, under signals of its own."""

    connection: Connection
    description: ApplianceType
    prefix: str
    changed: dict[Key, Standing] = field(default_factory=dict)

    def turned(self, model: Model, span: Span, *, shown: bool) -> Iterator[Turned]:
        """Score and follow a span of hours, a part of the fleet at a time; keep where they stand.

        `shown` keeps the newest scores as the appliances' health.
        """
        family = shelf.load(self.connection, model, AnomalyFamily)
        for chunk in fleet.chunks(self.connection, self.description.type, unusual.CHUNK):
            seen = unusual.hours(self.connection, self.description, family, chunk, span)
            if shown:
                fleet_scoring.write(self.connection, model, span.until, seen.newest())
            yield from self._of_chunk(seen)
        if self.changed:
            signal.keep(self.connection, self.changed)

    def _of_chunk(self, seen: Unusual) -> Iterator[Turned]:
        ids = [int(device) for device in seen.hours["device_id"].unique()]
        kept: dict[int, dict[str, Standing]] = defaultdict(dict)
        standings = signal.standings(self.connection, ids, self.prefix)
        for (device_id, name), standing in standings.items():
            kept[device_id][name] = standing
        for number, rows in seen.hours.groupby("device_id", sort=True):
            device = int(str(number))
            yield from self._of_device(seen, device, rows, kept[device])

    def _of_device(
        self, seen: Unusual, device: int, rows: pd.DataFrame, kept: dict[str, Standing]
    ) -> Iterator[Turned]:
        score = rows["score"].to_numpy(np.float64)
        above, below = score > seen.raised, score <= seen.rest
        times = [time.to_pydatetime() + HOUR for time in rows["time"]]
        names = list(kept) or self._new(seen, device, times, above)
        for name in names:
            before = kept.get(name, Standing())
            standing, turns = rule.follow(before, times, above, below, HOLD)
            key = Key(device, name, name.removeprefix(self.prefix))
            if standing != before:
                self.changed[key] = standing
            for turn in turns:
                moved = seen.moved(device, turn.at) if turn.fires else ()
                reached = float(score[turn.position])
                yield Turned(key, turn, reached, reached / seen.raised, moved)

    def _new(
        self, seen: Unusual, device: int, times: list[datetime], above: rule.Bools
    ) -> list[str]:
        """What an appliance that nothing was said of would be named for."""
        if not above.any():
            return []
        at = times[int(np.argmax(above))]
        problem = unusual.problem_of(self.description, seen.metrics(device, at))
        return [f"{self.prefix}{problem}"] if problem else []


def judge(connection: Connection, description: ApplianceType, horizon: Horizon) -> list[Finding]:
    """Score and judge the hours since the last look, if the family serves and it is time."""
    model = champion(connection, description)
    if model is None:
        return []
    judged = scoring.scored_until(connection, description.type, FAMILY)
    since = max(judged or horizon.oldest, horizon.oldest)
    span = due(connection, description, since, horizon.watermark)
    if span is None:
        return []
    following = Following(connection, description, PREFIX)
    turned = list(following.turned(model, span, shown=True))
    scoring.advance(connection, description.type, FAMILY, span.until)
    fired = {each.key.device_id: each.turn.at for each in turned if each.turn.fires}
    explained = explanation.explain(connection, description, fired) if fired else {}
    return [
        _finding(description, model, each, explained.get(each.key.device_id, Explanation()))
        for each in turned
    ]


def champion(connection: Connection, description: ApplianceType) -> Model | None:
    """The family's version that serves, if the catalogue still has its metrics."""
    return next(
        (
            model
            for model in readable.serving(connection, description.type)
            if model.family == FAMILY and set(model.metrics) <= set(description.metrics)
        ),
        None,
    )


def due(
    connection: Connection, description: ApplianceType, since: datetime, watermark: datetime
) -> Span | None:
    """The hours that are to be scored now; None while there are too few."""
    until = (watermark - HOUR).replace(minute=0, second=0, microsecond=0)
    until = min(until, rollup.complete_until(connection, description, since) or until)
    return Span(since, until) if until - since >= EVERY else None


def _finding(
    description: ApplianceType, model: Model, turned: Turned, explained: Explanation
) -> Finding:
    turn = turned.turn
    moved = tuple(explained.seen.get(each.metric, each) for each in turned.moved)
    seen = replace(
        Evidence.of_turn("anomaly", model.name, turn, moved, moved[0] if moved else None),
        model_id=model.id,
        excess=turned.excess,
        departures=explained.departures if turn.fires else {},
    )
    return Finding.of(turned.key, turn, description.problems[turned.key.problem].severity, seen)
