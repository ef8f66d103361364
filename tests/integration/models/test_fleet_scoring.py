"""A fleet is scored in chunks, by any process, any number of times, with one outcome."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices import appliance, rollup, telemetry
from devices.appliance import Appliance, Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading, Value
from models import shelf
from models.serving import fleet_scoring, scoring, scoring_run
from models.serving.fleet_scoring import Errand, Tally
from models.training import detector_training
from storage import pool
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
TRAINED_H = 8 * 24
AT = START + timedelta(hours=TRAINED_H)
FRIDGES = 6
DEADLINE_S = 120.0
ROOT = Path(__file__).parents[3]
Values = Callable[[int, float], dict[str, Value]]
Store = Callable[..., list[Appliance]]
Scores = dict[tuple[int, str], tuple[datetime, float]]


@pytest.fixture
def errand(
    connection: Connection,
    database_url: str,
    catalogue: Catalogue,
    stored: Store,
    healthy: Values,
) -> Errand:
    """Six fridges with eight days, one that was heard once, and one that never was."""
    stored(range(TRAINED_H), healthy, devices=FRIDGES)
    description = catalogue["refrigerator"]
    others = [Registration("HW-silent", "refrigerator"), Registration("HW-new", "refrigerator")]
    found = {one.serial: one.id for one in appliance.register(connection, others, AT)}
    once = Reading(found["HW-new"], AT - timedelta(minutes=30), healthy(0, 1))
    telemetry.store(connection, description, [once])
    rollup.refresh(connection, description, AT)
    models = detector_training.train(connection, catalogue, "refrigerator", START, AT, AT)
    serving = tuple(shelf.promote(connection, model.id) for model in models[:3])
    connection.commit()
    return Errand(database_url, description, serving, AT)


def scored(connection: Connection) -> Scores:
    rows = connection.execute(
        "SELECT device_id, family, at, score FROM hearthwatch.device_scores"
    ).fetchall()
    connection.rollback()
    found: Any = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    return dict(found)


def same(left: Scores, right: Scores) -> None:
    """But for the last digits, which depend on how many rows are multiplied at once."""
    assert {key: at for key, (at, _) in left.items()} == {k: at for k, (at, _) in right.items()}
    assert len(left) == FRIDGES * 3
    scores = {key: score for key, (_, score) in right.items()}
    assert {key: score for key, (_, score) in left.items()} == pytest.approx(
        scores, rel=1e-9, abs=1e-9
    )


def run(connection: Connection, errand: Errand, size: int = 3) -> Tally:
    left = fleet_scoring.begin(connection, errand, size)
    connection.commit()
    with scoring_run.local(1) as executor:
        return scoring_run.run(executor, 1, errand, left, threading.Event(), lambda *_: None)


def test_a_fleet_has_the_scores_that_the_watch_gives_it(
    connection: Connection, errand: Errand, refrigerator: ApplianceType
) -> None:
    tally = run(connection, errand)
    assert tally.devices == FRIDGES + 2
    found = scored(connection)
    assert tally.scores == len(found)
    watched = scoring.score_type(
        connection, refrigerator, errand.models, AT - timedelta(hours=1), AT
    )
    family = {model.id: model.family for model in errand.models}
    expected = {
        (device_id, family[model_id]): score
        for device_id, model_id, score in zip(
            watched["device_id"].tolist(),
            watched["model_id"].tolist(),
            watched["score"].tolist(),
            strict=True,
        )
    }
    assert len(expected) >= FRIDGES * len(errand.models)
    assert {key: score for key, (_, score) in found.items()} == pytest.approx(expected)


def test_a_score_comes_with_what_was_seen_and_expected(
    connection: Connection, errand: Errand
) -> None:
    run(connection, errand)
    rows = connection.execute("SELECT model_id, details FROM hearthwatch.device_scores").fetchall()
    assert {row[0] for row in rows} == {model.id for model in errand.models}
    for _, details in rows:
        assert isinstance(details, dict)
        assert {"observed", "expected", "spread", "threshold"} <= set(details)


def test_devices_with_one_reading_or_none_have_no_score(
    connection: Connection, errand: Errand
) -> None:
    run(connection, errand, size=1)
    rows = connection.execute(
        "SELECT serial FROM hearthwatch.device_scores AS score"
        " JOIN hearthwatch.appliances AS appliance ON appliance.id = score.device_id"
    ).fetchall()
    assert {row[0] for row in rows} == {f"HW-RF-{number}" for number in range(FRIDGES)}


def test_an_interrupted_run_goes_on_where_it_ended(connection: Connection, errand: Errand) -> None:
    left = fleet_scoring.begin(connection, errand, 1)
    connection.commit()
    stop = threading.Event()
    with scoring_run.local(1) as executor:
        first = scoring_run.run(executor, 1, errand, left, stop, lambda *_: stop.set())
    assert 0 < first.devices < len(left)
    assert len(fleet_scoring.begin(connection, errand, 1)) == len(left) - first.devices
    assert first.devices + run(connection, errand, size=1).devices == len(left)
    assert fleet_scoring.begin(connection, errand, 1) == []
    assert len(scored(connection)) == FRIDGES * len(errand.models)


def test_an_older_run_changes_nothing_and_a_newer_one_everything(
    connection: Connection, errand: Errand
) -> None:
    run(connection, errand)
    now = scored(connection)
    run(connection, replace(errand, at=AT - timedelta(hours=2)))
    assert scored(connection) == now
    later = AT + timedelta(hours=1)
    run(connection, replace(errand, at=later))
    assert {at for at, _ in scored(connection).values()} == {later}


def test_the_same_chunk_may_be_scored_twice(connection: Connection, errand: Errand) -> None:
    (chunk,) = fleet_scoring.begin(connection, errand, 1000)
    connection.commit()
    first = fleet_scoring.score_chunk(errand, chunk)
    once = scored(connection)
    assert fleet_scoring.score_chunk(errand, chunk).scores == first.scores
    assert scored(connection) == once


def needing(errand: Errand, metric: str) -> set[int]:
    """The models that ask for a metric."""
    return {
        model.id
        for model in errand.models
        if metric in (model.metric, *errand.description.metrics[model.metric].context)
    }


class CountingExecutor(ThreadPoolExecutor):
    """Notes how many tasks were on their way at most."""

    waiting = 0
    most = 0

    def submit(self, *given: Any, **named: Any) -> Future[Any]:  # noqa: ANN401 - as its parent's
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        future = super().submit(*given, **named)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[Any]) -> None:
        self.waiting -= 1


def test_few_chunks_are_on_their_way_at_once(connection: Connection, errand: Errand) -> None:
    left = fleet_scoring.begin(connection, errand, 1)
    connection.commit()
    with CountingExecutor(1) as executor:
        scoring_run.run(executor, 1, errand, left, threading.Event(), lambda *_: None)
    assert 0 < executor.most <= scoring_run.AHEAD < len(left)


def test_a_model_of_a_metric_that_is_no_more_is_left_out(
    connection: Connection, errand: Errand
) -> None:
    gone = errand.models[0].metric
    metrics = {name: each for name, each in errand.description.metrics.items() if name != gone}
    smaller = errand.description.model_copy(update={"metrics": metrics})
    left = fleet_scoring.models_of(connection, smaller)
    everything = fleet_scoring.models_of(connection, errand.description)
    assert {model.id for model in everything} == {model.id for model in errand.models}
    assert {model.id for model in everything} - {model.id for model in left} == needing(
        errand, gone
    )


def command(url: str, *options: str) -> subprocess.Popen[str]:
    """Start `hearthwatch score` on the fridges of a database."""
    at = AT.replace(tzinfo=None).isoformat()
    given = ["score", "refrigerator", "--at", at, "--json", *options]
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *given],
        cwd=ROOT,
        env=os.environ | {"HEARTHWATCH_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    told, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    figures: dict[str, Any] = json.loads(told.splitlines()[-1])
    return figures


def test_processes_find_what_one_finds(connection: Connection, errand: Errand) -> None:
    run(connection, errand)
    alone = scored(connection)
    forget(connection)
    figures = outcome(command(errand.url, "--processes", "2", "--chunk", "2"))
    assert figures["complete"] is True
    assert figures["types"]["refrigerator"]["devices"] == FRIDGES + 2
    same(scored(connection), alone)


def forget(connection: Connection) -> None:
    connection.execute("TRUNCATE hearthwatch.device_scores, hearthwatch.scored_chunks")
    connection.commit()


@contextmanager
def cluster() -> Iterator[dict[str, Any]]:
    """A Dask cluster in a process of its own: it warns of what a busy machine does to it."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("cluster.py"))],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.communicate(timeout=DEADLINE_S)
    finally:
        process.kill()
        process.communicate()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.1)


def kept_waiting(url: str) -> int:
    """How many writers of scores wait for a lock."""
    with pool.connect(url) as looking:
        row = looking.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE '%%hearthwatch.device_scores%%'"
        ).fetchone()
    return int(str(row[0])) if row else 0


def test_on_a_cluster_that_loses_a_worker_the_outcome_is_the_same(
    connection: Connection, errand: Errand
) -> None:
    run(connection, errand)
    alone = scored(connection)
    forget(connection)
    with cluster() as found, pool.connect(errand.url) as holding:
        # Nobody can write while this is held: so both workers have a chunk on its way.
        holding.execute("LOCK TABLE hearthwatch.device_scores IN SHARE ROW EXCLUSIVE MODE")
        process = command(errand.url, "--dask", found["address"], "--chunk", "1")
        try:
            wait_until(lambda: kept_waiting(errand.url) >= 2 or process.poll() is not None)
            assert process.poll() is None
            os.kill(found["pids"][0], signal.SIGKILL)
            holding.rollback()
            figures = outcome(process)
        finally:
            process.kill()
            process.communicate()
    assert figures["complete"] is True
    assert figures["types"]["refrigerator"]["devices"] == FRIDGES + 2
    same(scored(connection), alone)
