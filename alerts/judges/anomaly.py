"""Judges what the detectors scored: a departure from what the context explains, for long enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alerts import rule, signal
from alerts.alert import Finding
from alerts.evidence import Evidence
from alerts.horizon import Horizon
from alerts.rule import Standing, Turn
from alerts.signal import Key
from devices import rollup
from devices.catalogue.appliance_type import ApplianceType
from models.reasons import explanation
from models.reasons.departure import Departure
from models.reasons.explanation import Explanation
from models.serving import readable, scoring
from models.shelf import Model
from storage.pool import Connection

Ints = NDArray[np.intp]
Row: TypeAlias = "pd.Series[float]"
FAMILY = "context_residual"
PREFIX = "anomaly:"
HOLD = timedelta(hours=3)
"""Scores are smoothed over hours already; this only keeps a single spike from firing."""
HOUR = timedelta(hours=1)
MOST_MOVED = 3
"""More would bury the first."""


def judge(connection: Connection, description: ApplianceType, horizon: Horizon) -> list[Finding]:
    """Score the hours of a type that were completed since the last step, and judge the scores."""
    scores = _score_new_hours(connection, description, horizon)
    if scores.empty:
        return []
    ids = [int(device) for device in scores["device_id"].unique()]
    kept = signal.standings(connection, ids, PREFIX)
    changed: dict[Key, Standing] = {}
    turned = list(_turned(scores, description, kept, changed))
    fired = {key.device_id: turn.at for key, turn, _ in turned if turn.fires}
    explained = explanation.explain(connection, description, fired) if fired else {}
    findings = [
        _finding(description, *each, explained.get(each[0].device_id, Explanation()))
        for each in turned
    ]
    if changed:
        signal.keep(connection, changed)
    return findings


def _score_new_hours(
    connection: Connection, description: ApplianceType, horizon: Horizon
) -> pd.DataFrame:
    """Scores of hours that nobody has judged; `model` says in words what scored them.

    An hour is left alone until another has gone by, for readings that come a little late.
    """
    serving = readable.serving(connection, description.type)
    models = {model.id: model for model in serving if _still_watched(model, description)}
    judged = scoring.scored_until(connection, description.type, FAMILY)
    since = max(judged or horizon.oldest, horizon.oldest)
    until = (horizon.watermark - HOUR).replace(minute=0, second=0, microsecond=0)
    until = min(until, rollup.complete_until(connection, description, since) or until)
    if not models or since >= until:
        return pd.DataFrame()
    scores = scoring.score_type(connection, description, list(models.values()), since, until)
    scoring.advance(connection, description.type, FAMILY, until)
    names = {number: f"{model.family} v{model.version}" for number, model in models.items()}
    return scores.assign(model=scores["model_id"].map(names))


def _still_watched(model: Model, description: ApplianceType) -> bool:
    """A metric, or its context, may have left the catalogue since the model was fitted."""
    context = set(model.facts.get("context", ()))
    return model.metric in description.watched() and context <= set(description.metrics)


def _turned(
    scores: pd.DataFrame,
    description: ApplianceType,
    kept: dict[tuple[int, str], Standing],
    changed: dict[Key, Standing],
) -> Iterator[tuple[Key, Turn, Row]]:
    """Signals that turned, with the row of scores at which they did."""
    above = (scores["score"] > scores["threshold"]).to_numpy()
    below = (scores["score"] <= scores["clear_below"]).to_numpy()
    groups = scores.groupby(["device_id", "metric"], sort=False).indices
    for (device, metric), rows in cast("dict[tuple[int, str], Ints]", groups).items():
        name = f"{PREFIX}{metric}"
        before = kept.get((int(device), name), Standing())
        times = [time.to_pydatetime() + HOUR for time in scores["time"].iloc[rows]]
        standing, turns = rule.follow(before, times, above[rows], below[rows], HOLD)
        key = Key(int(device), name, str(description.metrics[metric].problem))
        if standing != before:
            changed[key] = standing
        for turn in turns:
            yield key, turn, scores.iloc[int(rows[turn.position])]


def _finding(
    description: ApplianceType, key: Key, turn: Turn, row: Row, explained: Explanation
) -> Finding:
    metric = str(row["metric"])
    moved = _own_first(metric, explained.moved) if turn.fires else ()
    told = moved[0] if moved else _of_row(row, turn)
    seen = replace(
        Evidence.of_turn("anomaly", str(row["model"]), turn, moved, told),
        model_id=int(row["model_id"]),
        excess=float(row["score"] / row["threshold"]),
        departures=explained.departures if turn.fires else {},
    )
    return Finding.of(key, turn, description.problems[key.problem].severity, seen)


def _own_first(metric: str, moved: Sequence[Departure]) -> tuple[Departure, ...]:
    """Put the finding's own metric before others that are raised too; none without it."""
    own = [each for each in moved if each.metric == metric]
    others = [each for each in moved if each.metric != metric]
    return tuple([*own, *others][:MOST_MOVED]) if own else ()


def _of_row(row: Row, turn: Turn) -> Departure:
    """Where the hour at which the score turned is all there is."""
    return Departure(
        metric=str(row["metric"]),
        observed=float(row["observed"]),
        expected=float(row["expected"]),
        spread=float(row["spread"]),
        since=turn.since,
        excess=float(row["score"] / row["threshold"]),
    )
