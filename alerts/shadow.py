"""What a model on trial would have raised: kept beside what the champion does, and told nobody.

It is followed by the rule that the champion's scores are, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from psycopg.rows import class_row

from alerts import rule, signal
from alerts.anomaly import HOLD, HOUR
from alerts.rule import Standing, Turn
from alerts.signal import Key
from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models import scoring, shelf
from models.shelf import Model
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


def judge(connection: Connection, description: ApplianceType, watermark: datetime) -> int:
    """Score what is new for each detector of a type on trial; return how many turned."""
    lock.acquire(connection, f"shadow:{description.type}")
    return sum(
        _judge(connection, description, model, watermark)
        for model in shelf.shadows(connection, description.type)
        if model.metric in description.watched() and set(model.metrics) <= set(description.metrics)
    )


def compare(connection: Connection, model_id: int) -> Comparison | None:
    """What a trial has shown so far; None if it has not begun."""
    with connection.cursor(row_factory=class_row(Comparison)) as cursor:
        return cursor.execute(_SQL["compare"], {"model_id": model_id}).fetchone()


def _judge(
    connection: Connection, description: ApplianceType, model: Model, watermark: datetime
) -> int:
    until = (watermark - HOUR).replace(minute=0, second=0, microsecond=0)
    reached = connection.execute(_SQL["trial"], {"model_id": model.id}).fetchone()
    judged = reached[1] if reached and isinstance(reached[1], datetime) else until - FIRST_LOOK
    since = max(judged, until - CATCH_UP)
    until = min(until, rollup.complete_until(connection, description, since) or until)
    if since >= until:
        return 0
    scores = scoring.score_type(connection, description, [model], since, until)
    connection.execute(_SQL["advance"], {"model_id": model.id, "since": since, "until": until})
    problem = str(description.metrics[model.metric].problem)
    return _follow(connection, model, problem, scores)


def _follow(connection: Connection, model: Model, problem: str, scores: pd.DataFrame) -> int:
    name = f"shadow:{model.id}:{model.metric}"
    ids = [int(device) for device in scores["device_id"].unique()]
    kept = signal.standings(connection, ids, name)
    changed: dict[Key, Standing] = {}
    turned: list[tuple[int, Turn, float]] = []
    for device, rows in scores.groupby("device_id", sort=True):
        key = Key(int(str(device)), name, problem)
        before = kept.get((key.device_id, name), Standing())
        standing, turns = _turns(before, rows)
        if standing != before:
            changed[key] = standing
        score = rows["score"].to_numpy()
        turned += [(key.device_id, turn, float(score[turn.position])) for turn in turns]
    if changed:
        signal.keep(connection, changed)
    _keep(connection, model, problem, turned)
    return len(turned)


def _turns(before: Standing, rows: pd.DataFrame) -> tuple[Standing, list[Turn]]:
    above = (rows["score"] > rows["threshold"]).to_numpy(np.bool_)
    below = (rows["score"] <= rows["clear_below"]).to_numpy(np.bool_)
    times = [time.to_pydatetime() + HOUR for time in rows["time"]]
    standing, turns = rule.follow(before, times, above, below, HOLD)
    return standing, list(turns)


def _keep(
    connection: Connection, model: Model, problem: str, turned: Sequence[tuple[int, Turn, float]]
) -> None:
    """What fires is raised first, so that it can clear in the same hours."""
    fired = [(device, turn.at, score) for device, turn, score in turned if turn.fires]
    ended = [(device, turn.at) for device, turn, _ in turned if not turn.fires]
    connection.execute(
        _SQL["raise"],
        {
            "model_id": model.id,
            "device_ids": [device for device, _, _ in fired],
            "problems": [problem] * len(fired),
            "at": [at for _, at, _ in fired],
            "scores": [score for _, _, score in fired],
        },
    )
    connection.execute(
        _SQL["clear"],
        {
            "model_id": model.id,
            "device_ids": [device for device, _ in ended],
            "at": [at for _, at in ended],
        },
    )
