"""Several processes, or a cluster that loses a worker, find what one process finds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from models.serving.fleet_scoring import Errand
from storage import pool
from storage.pool import Connection
from tests.integration.models.fleet.scored_fleet import AT, FRIDGES, Scores, run, scored

DEADLINE_S = 300.0
ROOT = Path(__file__).parents[4]


def same(left: Scores, right: Scores) -> None:
    """But for the last digits, which depend on how many rows are multiplied at once."""
    assert {key: at for key, (at, _) in left.items()} == {k: at for k, (at, _) in right.items()}
    assert len(left) == FRIDGES * 3
    scores = {key: score for key, (_, score) in right.items()}
    assert {key: score for key, (_, score) in left.items()} == pytest.approx(
        scores, rel=1e-9, abs=1e-9
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
