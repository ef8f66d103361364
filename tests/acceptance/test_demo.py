"""The demo as a user runs it: its own processes, broker and database, in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest

from alerts.notices import notice
from devices import watermark
from storage import embedded, pool
from storage.pool import Connection
from tests.ports import free_port

ROUTED_BY_NOBODY = 0.85
"""At least this share of tickets must find their technician without a human."""
MOST_SECONDS = "600"
"""A busy machine may need them; the test ends the demo as soon as it has shown enough."""
DEADLINE_S = 300.0

SOON = timedelta(days=2)
"""A technician looks and then tells: in a world that runs fast, hours may lie between."""
CONFIRMED = """
SELECT appliance.serial, verdict.mode, verdict.at
FROM hearthwatch.ticket_verdicts AS verdict
JOIN hearthwatch.tickets AS ticket ON ticket.id = verdict.ticket_id
JOIN hearthwatch.appliances AS appliance ON appliance.id = ticket.device_id
WHERE verdict.visit_id IS NOT NULL AND verdict.finding = 'confirmed'
"""

# Letters in both languages, and what a customer thought of a visit.
ANSWERED = """
SELECT (SELECT count(DISTINCT left(language, 2)) FROM hearthwatch.notices WHERE state = 'sent') > 1
    AND EXISTS (SELECT FROM hearthwatch.ratings WHERE nps IS NOT NULL)
"""

Enough = Callable[[Connection], bool]


def _demo(home: Path, seed: int, enough: Enough) -> dict[str, Any]:
    """Play the demo until there is `enough` in its database; what it says last."""
    kept = {key: each for key, each in os.environ.items() if not key.startswith("HEARTHWATCH_")}
    own = {"HEARTHWATCH_HOME": str(home), "HEARTHWATCH_PORT": str(free_port())}
    # Looked for every ten minutes of the wall's clock: the hour must not decide what is played.
    own["HEARTHWATCH_RETRAIN_DAYS"] = "0"
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "cli", "demo", "--for", MOST_SECONDS, "--devices", "24"),
            *("--seed", str(seed), "--truth", str(home / "truth.json"), "--json"),
        ],
        env={**kept, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as playing:
        assert playing.stdout
        assert playing.stderr
        try:
            said = _watch(playing.stderr, home, enough)
            playing.send_signal(signal.SIGINT)
            last_words, rest = playing.communicate(timeout=DEADLINE_S)
        finally:
            playing.terminate()
        assert playing.returncode == 0, said + rest
    last_line: dict[str, Any] = json.loads(last_words.splitlines()[-1])
    return last_line


def _watch(told: IO[str], home: Path, enough: Enough) -> str:
    """Follow what the demo says while its time runs; return all of it when there is enough."""
    said = ""
    for line in told:
        said += line
        if "readings stored" in line:
            url = f"postgresql://postgres@/hearthwatch?host={home / 'postgres'}"
            with pool.connect(url) as connection:
                if enough(connection):
                    return said
    pytest.fail(f"it ended by itself:\n{said}")


def _served(connection: Connection) -> bool:
    """Customers were written to in their languages, a fault was found, and a visit rated."""
    tally = watermark.tally(connection)
    reminders = notice.count(connection, "reminders")
    confirmed = connection.execute(CONFIRMED).fetchone()
    answered = connection.execute(ANSWERED).fetchone()
    arrived = tally.readings > 1000 and tally.dead_lettered > 0
    return arrived and reminders > 0 and confirmed is not None and answered == (True,)


def _check_verdicts(connection: psycopg.Connection[Any], truth: dict[str, Any]) -> None:
    """What technicians confirmed was in the appliance at that time."""
    told = connection.execute(CONFIRMED).fetchall()
    assert told
    for serial, mode, at in told:
        faults = [fault for fault in truth["faults"] if fault["serial"] == serial]
        there = [mode in fault["problems"] for fault in faults if _was_there(fault, at)]
        assert any(there), (serial, mode, at)


def _was_there(fault: dict[str, str], at: datetime) -> bool:
    onset, repaired = (datetime.fromisoformat(fault[key]) for key in ("onset", "repaired_at"))
    return onset <= at <= repaired + SOON


@pytest.mark.timeout(1500)
def test_the_demo_balances_and_its_data_survive_a_restart(open_folder: Path) -> None:
    home = open_folder / "home"
    first = _demo(home, 7, _served)
    for key in (
        *("published", "stored", "dead_lettered", "tickets", "reminders", "faults_injected"),
        *("faults_ticketed", "false_tickets", "first_ticket_s"),
    ):
        assert key in first
    assert first["published"] > 1000
    assert first["published"] == first["stored"] + first["dead_lettered"]
    assert first["dead_lettered"] > 0
    assert first["reminders"] > 0
    assert first["service"]["visits"]["done"] > 0
    assert first["service"]["verdicts"]["confirmed"] > 0
    assert {told[-2:] for told in first["service"]["notices"]} == {"en", "zh"}
    figures = first["service"]["figures"]
    assert figures["nps"] is not None
    assert figures["routed_without_human"] >= ROUTED_BY_NOBODY
    with embedded.running(home / "postgres") as url, psycopg.connect(url) as connection:
        _check_verdicts(connection, json.loads((home / "truth.json").read_text()))

    second = _demo(home, 7, lambda connection: watermark.tally(connection).stored > first["stored"])
    assert second["published"] == second["stored"] + second["dead_lettered"]
    with embedded.running(home / "postgres") as url, psycopg.connect(url) as connection:
        row = connection.execute("SELECT sum(readings) FROM hearthwatch.ingest_progress").fetchone()
        assert row
        assert row[0] == first["readings"] + second["readings"]
