"""Judges what the fault forecasters said of each device: a fault that is likely, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.rows import class_row

from alerts import budget, signal
from alerts.alert import Finding
from alerts.evidence import Evidence
from alerts.horizon import Horizon
from alerts.judges import foretold
from alerts.judges.foretold import Following, Foretold
from alerts.rule import Standing, Turn
from alerts.signal import Key
from devices import appliance
from devices.catalogue.appliance_type import ApplianceType
from models import fleet, shelf
from models.fleet import Chunk
from models.forecasters.fault import FaultForecaster
from models.reasons import forecast_reasons
from models.reasons.forecast_reasons import Reasons
from models.serving import fleet_scoring, forecast_round, newest_score, readable
from models.shelf import Model
from models.training.fault_families import BY_NAME, FaultFamily
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)

PREFIX = "forecast:"
AT_ONCE = 5000
"""Scores that are judged in one step."""
OF_MODE = "probability:"


@dataclass(frozen=True)
class Score:
    """What a champion said of a device."""

    family: FaultFamily
    model_id: int
    region: str
    told: Foretold


@dataclass(frozen=True)
class _Row:
    """A score as the database holds it."""

    device_id: int
    family: str
    model_id: int
    at: datetime
    score: float
    details: Mapping[str, float]
    region: str
    serving: bool


Spoken = tuple[Key, Turn, Score]


def judge(connection: Connection, description: ApplianceType, horizon: Horizon) -> list[Finding]:
    """Judge the forecasts of a type that nobody has judged, whoever made them."""
    scores = [
        score
        for score in _claimed(connection, description)
        if score.told.at >= horizon.oldest and score.told.at <= horizon.watermark
    ]
    if not scores:
        return []
    changed: dict[Key, Standing] = {}
    turned = list(_turned(connection, scores, changed))
    if changed:
        signal.keep(connection, changed)
    return list(_findings(connection, description, turned))


def on_trial(
    connection: Connection,
    description: ApplianceType,
    model: Model,
    at: datetime,
    prefix: str,
) -> list[tuple[Key, Turn, float]]:
    """Score the fleet by a model on trial, and follow it under signals of its own.

    Returns the signals that turned, with the probability at which they did.
    """
    changed: dict[Key, Standing] = {}
    enforced = budget.enforced(connection)
    found = []
    for chunk in fleet.chunks(connection, description.type, forecast_round.CHUNK):
        told = _on_trial(connection, description, model, at, chunk)
        regions = appliance.by_ids(connection, [each.device_id for each in told])
        kept = _standings(connection, [each.device_id for each in told], prefix)
        for each in told:
            fires_at = foretold.level(enforced.get(regions[each.device_id].region))
            follow = following(BY_NAME[model.family], prefix)
            turned = follow.turned(each, kept[each.device_id], fires_at, changed)
            found += [(key, turn, each.of(key.problem)) for key, turn in turned]
    if changed:
        signal.keep(connection, changed)
    return found


def _on_trial(
    connection: Connection,
    description: ApplianceType,
    model: Model,
    at: datetime,
    chunk: Chunk,
) -> list[Foretold]:
    forecaster = shelf.load(connection, model, FaultForecaster)
    read = fleet_scoring.read_for(connection, description, [forecaster], chunk, at)
    said = newest_score.newest(forecaster, read)
    return [
        Foretold(
            int(row["device_id"]),
            at,
            float(row["score"]),
            modes_of({str(name): float(value) for name, value in row.items()}, description),
        )
        for _, row in said.iterrows()
    ]


def modes_of(details: Mapping[str, float], description: ApplianceType) -> dict[str, float]:
    """The probability of each mode that the catalogue still has, as a forecaster told it."""
    told = {
        name.removeprefix(OF_MODE): float(value)
        for name, value in details.items()
        if name.startswith(OF_MODE)
    }
    return {mode: value for mode, value in told.items() if mode in description.problems}


def following(family: FaultFamily, prefix: str = PREFIX) -> Following:
    """How a family's forecasts are followed: two scores in turn must say the same."""
    return Following(f"{prefix}{family.name.partition(':')[2]}:", family.every)


def _claimed(connection: Connection, description: ApplianceType) -> list[Score]:
    asked = {"type": description.type, "families": list(BY_NAME), "limit": AT_ONCE}
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_SQL["claim"], asked).fetchall()
    return [
        Score(
            BY_NAME[row.family],
            row.model_id,
            row.region,
            Foretold(row.device_id, row.at, row.score, modes_of(row.details, description)),
        )
        for row in rows
        if row.serving
    ]


def _turned(
    connection: Connection, scores: Sequence[Score], changed: dict[Key, Standing]
) -> Iterator[Spoken]:
    by_device = _standings(connection, sorted({one.told.device_id for one in scores}), PREFIX)
    enforced = budget.enforced(connection)
    for score in sorted(scores, key=lambda each: (each.told.at, each.family.horizon)):
        standings = by_device[score.told.device_id]
        fires_at = foretold.level(enforced.get(score.region))
        mine: dict[Key, Standing] = {}
        for key, turn in following(score.family).turned(score.told, standings, fires_at, mine):
            yield key, turn, score
        changed |= mine
        standings |= {key.name: standing for key, standing in mine.items()}


def _standings(
    connection: Connection, ids: Sequence[int], prefix: str
) -> dict[int, dict[str, Standing]]:
    """Where the forecasts of each device stand, by the names of their signals."""
    found: dict[int, dict[str, Standing]] = defaultdict(dict)
    for (device, name), standing in signal.standings(connection, ids, prefix).items():
        found[device][name] = standing
    return found


def _findings(
    connection: Connection, description: ApplianceType, turned: Sequence[Spoken]
) -> Iterator[Finding]:
    models = {model.id: model for model in readable.serving(connection, description.type)}
    fired: dict[int, dict[int, datetime]] = defaultdict(dict)
    turned = [spoken for spoken in turned if spoken[2].model_id in models]
    for key, turn, score in turned:
        if turn.fires:
            fired[score.model_id][key.device_id] = turn.at
    reasons = {
        model_id: forecast_reasons.of(connection, description, models[model_id], at)
        for model_id, at in fired.items()
    }
    for key, turn, score in turned:
        model = models[score.model_id]
        why = reasons.get(model.id, {}).get(key.device_id, Reasons()) if turn.fires else Reasons()
        yield _finding(description, (key, turn, score), model, why)


def _finding(description: ApplianceType, spoken: Spoken, model: Model, why: Reasons) -> Finding:
    key, turn, score = spoken
    first = why.moved[0] if why.moved else None
    seen = replace(
        Evidence.of_turn("forecast", model.name, turn, why.moved, first),
        code=why.code,
        model_id=model.id,
        probability=score.told.of(key.problem),
        horizon_h=score.family.horizon.total_seconds() / 3600,
        departures=why.departures,
    )
    return Finding.of(key, turn, description.problems[key.problem].severity, seen)
