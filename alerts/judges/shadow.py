"""What a model on trial would have raised: kept beside what the champion does, and told nobody.

It is followed by the rule that the champion's scores are, so that the two can be compared: a
detector hour by hour, a forecaster whenever its family is due, the anomaly family by six hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from psycopg.rows import class_row

from alerts import rule, signal
from alerts.judges import forecast, health
from alerts.judges.anomaly import HOLD, HOUR
from alerts.rule import Standing, Turn
from alerts.signal import Key
from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models.fleet import Span
from models.serving import forecast_round, readable, scoring
from models.shelf import Model
from models.training.fault_families import BY_NAME
from models.training.health_training import FAMILY as HEALTH
from storage import lock, query
from storage.pool import Connection

_SQL = query.beside(__file__)

FIRST_LOOK = timedelta(hours=24)
"""A trial begins with so many hours that are there already."""
CATCH_UP = timedelta(days=7)
"""After a pause no older hours are scored: they would hold up what is new."""


@dataclass(frozen=True)
class Comparison:
    """A shadow and its champion over the same hours."""

    since: datetime
    until: datetime
    would_raise: int
    """Alerts of the shadow."""
    raised: int
    """Alerts that the champion raised or joined."""
    both_raise: int
    """Alerts of the shadow within a day of one of the champion's on the same problem."""


Would = tuple[int, str, Turn, float]
"""A device and problem, how its signal turned, and the score at which it did."""


def judge(connection: Connection, description: ApplianceType, watermark: datetime) -> int:
    """Score what is new for each model of a type on trial; return how many signals turned."""
    lock.acquire(connection, f"shadow:{description.type}")
    turned = 0
    for model in readable.shadows(connection, description.type):
        if set(model.metrics) <= set(description.metrics):
            would = _would(connection, description, model, watermark)
            _keep(connection, model, would)
            turned += len(would)
    return turned


def compare(connection: Connection, model_id: int) -> Comparison | None:
    """What a trial has shown so far; None if it has not begun."""
    with connection.cursor(row_factory=class_row(Comparison)) as cursor:
        return cursor.execute(_SQL["compare"], {"model_id": model_id}).fetchone()


def _would(
    connection: Connection, description: ApplianceType, model: Model, watermark: datetime
) -> list[Would]:
    """How the signals of one model on trial turned since it was looked at last."""
    until = (watermark - HOUR).replace(minute=0, second=0, microsecond=0)
    reached = connection.execute(_SQL["trial"], {"model_id": model.id}).fetchone()
    judged = reached[1] if reached and isinstance(reached[1], datetime) else until - FIRST_LOOK
    since = max(judged, until - CATCH_UP)
    span = Span(since, min(until, rollup.complete_until(connection, description, since) or until))
    if model.metric in description.watched():
        return _of_detector(connection, description, model, span)
    if model.family in BY_NAME:
        return _of_forecaster(connection, description, model, span)
    return _of_health(connection, description, model, span) if model.family == HEALTH else []


def _advance(connection: Connection, model: Model, since: datetime, until: datetime) -> None:
    connection.execute(_SQL["advance"], {"model_id": model.id, "since": since, "until": until})


def _of_forecaster(
    connection: Connection, description: ApplianceType, model: Model, span: Span
) -> list[Would]:
    at = forecast_round.last_slot(span.until, BY_NAME[model.family].every)
    if at <= span.start:
        return []
    _advance(connection, model, span.start, at)
    turned = forecast.on_trial(connection, description, model, at, _prefix(model))
    return [(key.device_id, key.problem, turn, score) for key, turn, score in turned]


def _of_health(
    connection: Connection, description: ApplianceType, model: Model, span: Span
) -> list[Would]:
    """While no version serves, the scores of the one on trial are shown as health."""
    if span.until - span.start < health.EVERY:
        return []
    _advance(connection, model, span.start, span.until)
    alone = health.champion(connection, description) is None
    following = health.Following(connection, description, _prefix(model))
    return [
        (each.key.device_id, each.key.problem, each.turn, each.score)
        for each in following.turned(model, span, shown=alone)
    ]


def _prefix(model: Model) -> str:
    return f"shadow:{model.id}:"


def _of_detector(
    connection: Connection, description: ApplianceType, model: Model, span: Span
) -> list[Would]:
    if span.start >= span.until:
        return []
    scores = scoring.score_type(connection, description, [model], span.start, span.until)
    _advance(connection, model, span.start, span.until)
    return _follow(connection, model, str(description.metrics[model.metric].problem), scores)


def _follow(
    connection: Connection, model: Model, problem: str, scores: pd.DataFrame
) -> list[Would]:
    name = f"{_prefix(model)}{model.metric}"
    ids = [int(device) for device in scores["device_id"].unique()]
    kept = signal.standings(connection, ids, name)
    changed: dict[Key, Standing] = {}
    turned: list[Would] = []
    for device, rows in scores.groupby("device_id", sort=True):
        key = Key(int(str(device)), name, problem)
        before = kept.get((key.device_id, name), Standing())
        standing, turns = _turns(before, rows)
        if standing != before:
            changed[key] = standing
        score = rows["score"].to_numpy()
        turned += [(key.device_id, problem, turn, float(score[turn.position])) for turn in turns]
    if changed:
        signal.keep(connection, changed)
    return turned


def _turns(before: Standing, rows: pd.DataFrame) -> tuple[Standing, list[Turn]]:
    above = (rows["score"] > rows["threshold"]).to_numpy(np.bool_)
    below = (rows["score"] <= rows["clear_below"]).to_numpy(np.bool_)
    times = [time.to_pydatetime() + HOUR for time in rows["time"]]
    standing, turns = rule.follow(before, times, above, below, HOLD)
    return standing, list(turns)


def _keep(connection: Connection, model: Model, turned: Sequence[Would]) -> None:
    """What fires is raised first, so that it can clear in the same hours."""
    fired = [each for each in turned if each[2].fires]
    ended = [each for each in turned if not each[2].fires]
    connection.execute(
        _SQL["raise"],
        {
            "model_id": model.id,
            "device_ids": [device for device, _, _, _ in fired],
            "problems": [problem for _, problem, _, _ in fired],
            "at": [turn.at for _, _, turn, _ in fired],
            "scores": [score for _, _, _, score in fired],
        },
    )
    connection.execute(
        _SQL["clear"],
        {
            "model_id": model.id,
            "device_ids": [device for device, _, _, _ in ended],
            "problems": [problem for _, problem, _, _ in ended],
            "at": [turn.at for _, _, turn, _ in ended],
        },
    )
