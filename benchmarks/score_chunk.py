"""One chunk of a scoring, taken apart: what the database, the features and the model each take."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from devices.catalogue.appliance_type import ApplianceType
from models.arrays import Floats
from models.features import windows
from models.fleet import Chunk
from models.recording import HOUR_NS, Moments, Recording
from models.serving import fleet_scoring, newest_score
from models.shelf import Model
from storage import pool

LENGTHS_NS = (24 * HOUR_NS, 168 * HOUR_NS)
TREES = 200
LEAVES = 31
FAULTY = 0.05
BARE_RUNS = 5


@dataclass
class Booster:
    """A forecaster of the size that serves: boosted trees over all metrics and two windows."""

    trees: HistGradientBoostingClassifier = field(
        default_factory=lambda: HistGradientBoostingClassifier(
            max_iter=TREES, max_leaf_nodes=LEAVES, early_stopping=False, random_state=1
        )
    )
    predict_s: float = 0.0

    def features(self, recording: Recording, at: Moments) -> Floats:
        """What the trees are shown, (moments, features)."""
        return windows.windows(recording, at, LENGTHS_NS).values  # noqa: PD011 - not a frame's

    def fit(self, features: Floats) -> Booster:
        """Learn which of the moments are like a few drawn by chance and one feature's extremes.

        There are no faults in a simulated week; what counts is that the trees grow to their size.
        """
        chance = np.random.default_rng(1)
        odd = np.nan_to_num(features[:, 0]) > np.nanquantile(features[:, 0], 1 - FAULTY)
        self.trees.fit(features, odd | (chance.random(len(features)) < FAULTY))
        return self

    def score(self, recording: Recording, at: Moments) -> pd.DataFrame:
        """One row a moment, as a forecaster gives it; adds up what it took."""
        features = self.features(recording, at)
        ready = time.monotonic()
        probability = self.trees.predict_proba(features)[:, 1]
        self.predict_s += time.monotonic() - ready
        at_time = pd.to_datetime(at.time_ns, utc=True)
        return pd.DataFrame({"unit": at.unit, "time": at_time, "score": probability})


@dataclass(frozen=True)
class Parts:
    """Seconds of one chunk, and the memory at its end."""

    devices: int
    sql_s: float
    features_s: float
    predict_s: float
    cpu_s: float
    pid: int
    peak_mb: float


@dataclass(frozen=True)
class Task:
    """All that a worker needs to score any chunk."""

    url: str
    description: ApplianceType
    model: Model
    booster: Booster
    at: datetime


_task: list[Task] = []


def prepare(task: Task) -> None:
    """Keep the task in this process, so that it is sent once, and a connection."""
    _task[:] = [task]
    fleet_scoring.keep_connections()


def run(chunk: Chunk) -> Parts:
    """Read, judge and write a chunk as `models.serving.fleet_scoring.score_chunk` does."""
    task = _task[0]
    booster = Booster(task.booster.trees)
    started, cpu = time.monotonic(), time.process_time()
    with fleet_scoring.connected(task.url) as connection:
        read = fleet_scoring.read_for(connection, task.description, [booster], chunk, task.at)
        is_read = time.monotonic()
        scores = newest_score.newest(booster, read)
        is_judged = time.monotonic()
        fleet_scoring.write(connection, task.model, task.at, scores)
    sql_s = (is_read - started) + (time.monotonic() - is_judged)
    # The rest of judging (positions into ids, order) counts as features.
    features_s = is_judged - is_read - booster.predict_s
    return Parts(
        devices=chunk.devices,
        sql_s=sql_s,
        features_s=features_s,
        predict_s=booster.predict_s,
        cpu_s=time.process_time() - cpu,
        pid=os.getpid(),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def bare(matrix: Floats) -> float:
    """Seconds of the predict call alone, at its best of some."""
    took = []
    for _ in range(BARE_RUNS):
        since = time.monotonic()
        _task[0].booster.trees.predict_proba(matrix)
        took.append(time.monotonic() - since)
    return min(took)


def features_of(task: Task, chunks: Sequence[Chunk]) -> Floats:
    """The features of all devices of some chunks, (devices, features)."""
    found = []
    for chunk in chunks:
        with pool.connect(task.url) as connection:
            read = fleet_scoring.read_for(
                connection, task.description, [task.booster], chunk, task.at
            )
        found.append(task.booster.features(read.recording, read.now))
    return np.vstack(found)
