"""The demo as a user runs it: its own processes, broker and database, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage import embedded

SECONDS = "60"


def _demo(home: Path, seed: int) -> dict[str, Any]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HEARTHWATCH_")
    }
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "cli", "demo", "--for", SECONDS, "--devices", "24"),
            *("--seed", str(seed), "--truth", str(home / "truth.json"), "--json"),
        ],
        env={**environment, "HEARTHWATCH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert finished.returncode == 0, finished.stderr
    last_line: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return last_line


@pytest.mark.timeout(600)
def test_the_demo_balances_and_its_data_survive_a_restart(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = _demo(home, seed=7)
    for key in (
        *("published", "stored", "dead_lettered", "tickets", "reminders", "faults_injected"),
        *("faults_ticketed", "false_tickets", "first_ticket_s"),
    ):
        assert key in first
    assert first["published"] > 1000
    assert first["published"] == first["stored"] + first["dead_lettered"]
    assert first["dead_lettered"] > 0
    assert first["reminders"] > 0

    second = _demo(home, seed=7)
    assert second["published"] == second["stored"] + second["dead_lettered"]
    with embedded.running(home / "postgres") as url, psycopg.connect(url) as connection:
        row = connection.execute("SELECT sum(readings) FROM hearthwatch.ingest_progress").fetchone()
        assert row
        assert row[0] == first["readings"] + second["readings"]
