"""`hearthwatch bench score`: devices a second, read, judged and written, beside bare predicting."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from benchmarks import cost, score_chunk, score_fleet, storage_tier
from benchmarks.score_chunk import Booster, Parts, Task
from devices import day_packing, packed_days
from devices.catalogue import folder
from devices.catalogue.appliance_type import ApplianceType
from models import fleet
from models.arrays import Floats
from models.fleet import Chunk
from models.shelf import Model
from storage import pool
from storage.pool import Connection

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""At noon, so that a day at either end is no whole one and the last is not packed."""
UNTIL = START + timedelta(hours=score_fleet.HOURS)
TYPE = "refrigerator"
SHOWN_CHUNKS = 5
"""What the trees learn from, and what the ready matrix is made of."""
MICRO = 1e6


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    devices: int = 10_000
    processes: int = 2
    chunk: int = 1000
    database_url: str | None = None
    tell: Callable[[str], None] = print


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    devices: int
    hours_a_device: int
    metrics: int
    features: int
    processes: int
    chunk: int
    seconds: float
    devices_per_s: float
    bare_predict_per_s: float
    """Devices a second of the predict call alone on a ready matrix, in as many processes."""
    share: dict[str, float]
    """Of the workers' time: in SQL (waiting for it included), in features, in predicting."""
    cpu_us_per_device: dict[str, float]
    """CPU time of the workers and of PostgreSQL; the latter is left out if it runs elsewhere."""
    peak_mb: float
    """Memory of all workers together, each at its highest."""
    scores: int
    """Rows that were written: one a device."""
    packing_us_per_day: dict[str, float] = field(default_factory=dict)
    """CPU time, likewise, to pack a day of a device once it is over."""


def run(plan: Plan) -> Outcome:
    """Measure on a database of its own, on the server given or an embedded one."""
    description = folder.load()[TYPE]
    with _server(plan) as server, storage_tier.database(server) as url:
        with pool.connect(url) as connection:
            storage_tier.prepare(connection, {TYPE: description}, plan.devices, START)
            hours = _filled(connection, description, plan)
            packing_us = _packed(connection, description, plan)
            model = _model(connection)
        storage_tier.settle(url)
        task, chunks, matrix = _trained(url, description, model, plan)
        with pool.connect(url) as connection:
            measured = _measured(connection, task, chunks, matrix, plan, hours)
    return replace(measured, packing_us_per_day=packing_us)


@contextmanager
def _server(plan: Plan) -> Iterator[str]:
    if plan.database_url is not None:
        yield plan.database_url
        return
    with storage_tier.embedded_server() as url:
        yield url


def _filled(connection: Connection, description: ApplianceType, plan: Plan) -> int:
    done = [0]

    def advance() -> None:
        done[0] += 1
        if done[0] % 24 == 0:
            plan.tell(f"filling {plan.devices:,} devices: day {done[0] // 24} of 7")

    return score_fleet.fill(connection, description, START, advance)


def _packed(connection: Connection, description: ApplianceType, plan: Plan) -> dict[str, float]:
    """Pack the days that are over, as the watch does in time; what a day of a device cost."""
    plan.tell("packing the days that are over")
    server = _server_pid(connection)
    served = cost.cpu_seconds([server]) if server else 0.0
    ours = time.process_time()
    while day_packing.pack(connection, description, UNTIL):
        connection.commit()
    took = {"packer": time.process_time() - ours}
    if server:
        took["postgresql"] = cost.cpu_seconds([server]) - served
    days = plan.devices * score_fleet.HOURS // packed_days.HOURS
    return {name: round(seconds / days * MICRO) for name, seconds in took.items()}


def _model(connection: Connection) -> Model:
    """An entry for what is written; the trees themselves are handed to the workers."""
    row = connection.execute(
        "INSERT INTO hearthwatch.models (type, family, version, trained_at, span_from, span_until,"
        " devices, facts, artefact) VALUES (%s, 'fault:24h', 1, %s, %s, %s, 0, '{}', '')"
        " RETURNING id",
        (TYPE, UNTIL, START, UNTIL),
    ).fetchone()
    number = int(str(row[0])) if row else 0
    return Model(number, TYPE, "fault:24h", 1, UNTIL, START, UNTIL, 0, {}, serving=True)


def _trained(
    url: str, description: ApplianceType, model: Model, plan: Plan
) -> tuple[Task, list[Chunk], Floats]:
    with pool.connect(url) as connection:
        chunks = fleet.chunks(connection, TYPE, plan.chunk)
    task = Task(url, description, model, Booster(), UNTIL)
    matrix = score_chunk.features_of(task, chunks[:SHOWN_CHUNKS])
    plan.tell(f"training on {len(matrix):,} devices with {matrix.shape[1]} features")
    task.booster.fit(matrix)
    return task, chunks, matrix


def _measured(
    connection: Connection,
    task: Task,
    chunks: Sequence[Chunk],
    matrix: Floats,
    plan: Plan,
    hours: int,
) -> Outcome:
    server = _server_pid(connection)
    with _workers(task, plan.processes) as workers:
        # Each has to have loaded its libraries before the clock runs.
        list(workers.map(score_chunk.run, [chunks[0]] * 2 * plan.processes))
        before = cost.cpu_seconds([server]) if server else 0.0
        started = time.monotonic()
        parts = list(workers.map(score_chunk.run, chunks))
        seconds = time.monotonic() - started
        served = (cost.cpu_seconds([server]) if server else 0.0) - before
        bare_s = max(workers.map(score_chunk.bare, [matrix] * plan.processes))
    written = connection.execute("SELECT count(*) FROM hearthwatch.device_scores").fetchone()
    devices = sum(part.devices for part in parts)
    cpu = {"workers": _total(parts, "cpu_s") / devices * MICRO}
    if server:
        cpu["postgresql"] = served / devices * MICRO
    return Outcome(
        devices=devices,
        hours_a_device=hours // devices,
        metrics=len(task.description.metrics),
        features=matrix.shape[1],
        processes=plan.processes,
        chunk=plan.chunk,
        seconds=round(seconds, 2),
        devices_per_s=round(devices / seconds),
        bare_predict_per_s=round(plan.processes * len(matrix) / bare_s),
        share=_shares(parts),
        cpu_us_per_device={name: round(value) for name, value in cpu.items()},
        peak_mb=round(sum({part.pid: part.peak_mb for part in parts}.values())),
        scores=int(str(written[0])) if written else 0,
    )


@contextmanager
def _workers(task: Task, processes: int) -> Iterator[ProcessPoolExecutor]:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=score_chunk.prepare, initargs=(task,)
    ) as workers:
        yield workers


def _server_pid(connection: Connection) -> int | None:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    local = (connection.info.host or "/").startswith(("/", "127.", "localhost", "::1"))
    return cost.server_pid(int(str(row[0]))) if row and local else None


def _shares(parts: Sequence[Parts]) -> dict[str, float]:
    took = {name: _total(parts, f"{name}_s") for name in ("sql", "features", "predict")}
    return {name: round(seconds / sum(took.values()), 3) for name, seconds in took.items()}


def _total(parts: Sequence[Parts], name: str) -> float:
    return float(sum(getattr(part, name) for part in parts))
