"""Scores a fleet in chunks: each is read, judged and written in one transaction of its own.

A chunk's score depends on nothing but the database and the models, and writing it twice changes
nothing, so that any process may do it, and do it again if the first was killed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import numpy as np
import pandas as pd

from devices.binary_array import Integers
from devices.catalogue.appliance_type import ApplianceType
from models import fleet, shelf
from models.fleet import Chunk, Fleet, Span
from models.serving import newest_score, readable
from models.serving.newest_score import Scorer
from models.shelf import Model
from storage import pool, query
from storage.own_connection import OwnConnection
from storage.pool import Connection

_SQL = query.beside(__file__)
_kept: list[dict[str, OwnConnection]] = []
"""By URL, if this process keeps connections: to begin one costs as much as to read 250 devices."""

CHUNK = 1000
"""Devices at a time: some 100 MB while they are worked on."""
DIGITS = 6
KEPT = timedelta(days=2)
"""How long it is remembered which chunks were scored."""


@dataclass(frozen=True)
class Errand:
    """Score a type's appliances as of `at` with these models; small enough to be sent around."""

    url: str
    description: ApplianceType
    models: tuple[Model, ...]
    at: datetime

    @property
    def key(self) -> dict[str, object]:
        """What a chunk that was scored is remembered by."""
        model_ids = sorted(model.id for model in self.models)
        return {"type": self.description.type, "at": self.at, "model_ids": model_ids}


@dataclass(frozen=True)
class Tally:
    """What was scored, and the seconds that its parts took."""

    devices: int = 0
    scores: int = 0
    reading_s: float = 0.0
    judging_s: float = 0.0
    writing_s: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.devices + other.devices,
            self.scores + other.scores,
            self.reading_s + other.reading_s,
            self.judging_s + other.judging_s,
            self.writing_s + other.writing_s,
        )


def models_of(connection: Connection, description: ApplianceType) -> tuple[Model, ...]:
    """List the models that serve for a type, but for those of metrics it no longer has."""
    return tuple(
        model
        for model in readable.serving(connection, description.type)
        if set(model.metrics) <= set(description.metrics)
    )


def begin(connection: Connection, errand: Errand, size: int = CHUNK) -> list[Chunk]:
    """List the chunks that are left: all, or what an interrupted run of the same has not done."""
    forgotten = {"type": errand.description.type, "before": errand.at - KEPT}
    connection.execute(_SQL["forget"], forgotten)
    done = set(connection.execute(_SQL["noted"], errand.key).fetchall())
    every = fleet.chunks(connection, errand.description.type, size)
    return [chunk for chunk in every if (chunk.first_id, chunk.last_id) not in done]


def keep_connections() -> None:
    """Let this process, which scores one chunk after the other, connect once and not for each."""
    _kept[:] = [{}]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Begin a transaction, on a connection of its own or on that which the process keeps."""
    if not _kept:
        with pool.connect(url) as connection:
            yield connection
        return
    own = _kept[0].setdefault(url, OwnConnection(url, statement_s=0.0))
    with own.connection() as connection:
        yield connection


def score_chunk(errand: Errand, chunk: Chunk) -> Tally:
    """Read, judge and write one chunk in one transaction."""
    started = time.monotonic()
    with connected(errand.url) as connection:
        models = [cast("Scorer", shelf.load(connection, model, object)) for model in errand.models]
        read = read_for(connection, errand.description, models, chunk, errand.at)
        is_read = time.monotonic()
        judged = [newest_score.newest(model, read) for model in models]
        is_judged = time.monotonic()
        for model, scores in zip(errand.models, judged, strict=True):
            write(connection, model, errand.at, scores)
        count = sum(map(len, judged))
        note(connection, errand, chunk, count)
    ended = time.monotonic()
    return Tally(chunk.devices, count, is_read - started, is_judged - is_read, ended - is_judged)


def read_for(
    connection: Connection,
    description: ApplianceType,
    models: Sequence[Scorer],
    chunk: Chunk,
    at: datetime,
) -> Fleet:
    """Read what the models need to see of a chunk."""
    hours = max((newest_score.lookback_h(model) for model in models), default=1)
    statistics = {name for model in models for name in newest_score.statistics(model)}
    span = Span(at - timedelta(hours=hours), at)
    return fleet.read(connection, description, chunk, span, sorted(statistics))


def write(connection: Connection, model: Model, at: datetime, scores: pd.DataFrame) -> None:
    """Keep the scores of one model, `scores` as `newest_score.newest` returns it.

    What is known of a later time stays.
    """
    connection.execute(
        _SQL["write"],
        {
            "family": model.family,
            "model_id": model.id,
            "at": at,
            "device_ids": Integers(scores["device_id"].to_numpy(np.int32)),
            "scores": scores["score"].tolist(),
            "details": _details(scores.drop(columns=["device_id", "score"])),
        },
    )


def note(connection: Connection, errand: Errand, chunk: Chunk, scores: int) -> None:
    """Remember, in the transaction of its scores, that a chunk is done."""
    connection.execute(
        _SQL["note"],
        errand.key | {"first_id": chunk.first_id, "last_id": chunk.last_id, "scores": scores},
    )


def _details(said: pd.DataFrame) -> list[str]:
    """Each row as a JSON object of its numbers, without those that are not known."""
    columns = [
        [float(f"{each:.{DIGITS}g}") for each in said[name].tolist()] for name in said.columns
    ]
    names = list(said.columns)
    if not names:
        return ["{}"] * len(said)
    return [
        json.dumps({name: one for name, one in zip(names, row, strict=True) if np.isfinite(one)})
        for row in zip(*columns, strict=True)
    ]
