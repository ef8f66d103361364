"""The questions that the product lives on: how long each takes, and how the database goes about it.

They are asked through the product's own functions, up to the frame that it works with.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from api import history
from api.history import Resolution
from devices import rollup, telemetry
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from models.features import hours
from storage import pool
from storage.pool import Connection

WARM_RUNS = 100
WEEK = timedelta(days=7)
_TOOK = re.compile(r"^(?:Planning|Execution) Time: ([\d.]+) ms$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """Something that the product asks; `ask` returns how many rows or points it got."""

    name: str
    ask: Callable[[Connection], int]


@dataclass(frozen=True)
class Latency:
    """How long an answer takes, to the frame."""

    rows: int
    first_ms: float
    """On a new connection, whose catalogue and plan caches are empty."""
    p50_ms: float
    p99_ms: float
    database_ms: float
    """Of one warm run: planning and running, without sending the rows."""
    client_cpu_ms: float
    """Median CPU time of the one who asks, which other work on the machine does not change."""
    plans: list[str]
    """Of each statement."""


def questions(
    catalogue: Catalogue, type_name: str, device_id: int, region: str, until: datetime
) -> list[Question]:
    """The questions about a fleet whose readings end at `until`."""
    description = catalogue[type_name]
    return [
        Question("newest_of_region", lambda c: _newest(c, catalogue, region)),
        Question("week_by_hour", lambda c: _week(c, description, device_id, until)),
        Question("features_of_type", lambda c: _features(c, description, until)),
        Question("week_raw", lambda c: _raw(c, description, device_id, until)),
    ]


def _newest(connection: Connection, catalogue: Catalogue, region: str) -> int:
    return sum(len(telemetry.newest(connection, each, region)) for each in catalogue.values())


def _week(
    connection: Connection, description: ApplianceType, device_id: int, until: datetime
) -> int:
    names = list(description.metrics)
    read = history.read(
        connection, description, device_id, names, until - WEEK, until, Resolution.HOUR
    )
    return sum(map(len, read.points.values()))


def _features(connection: Connection, description: ApplianceType, until: datetime) -> int:
    watched = description.watched()
    names = {name for metric in watched.values() for name in metric.context} | set(watched)
    columns = hours.columns(sorted(names))
    return len(rollup.window(connection, description, columns, until - WEEK, until))


def _raw(
    connection: Connection, description: ApplianceType, device_id: int, until: datetime
) -> int:
    return len(
        telemetry.between(connection, description, device_id, until - WEEK, until, history.MOST_RAW)
    )


def latencies(url: str, asked: Sequence[Question], runs: int = WARM_RUNS) -> dict[str, Latency]:
    """Ask each once on a connection of its own, and then so many times more."""
    return {question.name: _latency(url, question, runs) for question in asked}


def _latency(url: str, question: Question, runs: int) -> Latency:
    with pool.connect(url) as connection:
        rows, first_ms, _ = _timed(connection, question)
        warm = [_timed(connection, question) for _ in range(runs)]
        plans = _plans(connection, question)
    p50, p99 = np.percentile([took for _, took, _ in warm], [50, 99]).round(2).tolist()
    cpu_ms = float(np.median([cpu for _, _, cpu in warm]))
    database_ms = sum(float(took) for plan in plans for took in _TOOK.findall(plan))
    return Latency(
        rows, round(first_ms, 2), p50, p99, round(database_ms, 2), round(cpu_ms, 2), plans
    )


def _timed(connection: Connection, question: Question) -> tuple[int, float, float]:
    """Rows, and milliseconds by the clock and of this process's CPU."""
    since, cpu_since = time.perf_counter(), time.process_time()
    rows = question.ask(connection)
    taken, cpu = time.perf_counter() - since, time.process_time() - cpu_since
    connection.rollback()
    return rows, taken * 1000, cpu * 1000


def _plans(connection: Connection, question: Question) -> list[str]:
    """How the database went about each statement of a question."""
    _Explained.plans = []
    connection.cursor_factory = _Explained
    question.ask(connection)
    return _Explained.plans


class _Explained(psycopg.Cursor[tuple[object, ...]]):
    """Runs each statement a second time, to see how."""

    plans: list[str]

    def execute(self, query: Any, params: Any = None, **how: Any) -> _Explained:  # noqa: ANN401 - as in the class that it stands for
        explain = sql.SQL("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) ")
        super().execute(explain + (sql.SQL(query) if isinstance(query, str) else query), params)
        type(self).plans.append("\n".join(str(row[0]) for row in self.fetchall()))
        super().execute(query, params, **how)
        return self
