"""The database away while appliances report: is everything stored, once, in order?

python -m tests.long.database_away --mode stopped --minutes 10 --rate 2000
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString, Self

from devices import appliance, telemetry, telemetry_table, watermark
from devices.appliance import Registration
from devices.catalogue import folder as catalogue_folder
from simulator.publisher import Publisher
from storage import embedded, migration, pool
from storage.pool import Connection
from tests.long import outage, parts
from tests.long.outage import CannotError
from tests.long.parts import Ingest, wait_until

START = datetime(2026, 3, 1, tzinfo=UTC)
DEVICES = 50
TICK_S = 0.02
LOOK_S = 0.25
DRAIN_S = 900.0
STORED = "SELECT count(*), count(DISTINCT (device_id, time)) FROM telemetry.refrigerator"
OUT_OF_ORDER = """
    SELECT count(*) FROM (
        SELECT reading.xmin::text::bigint AS writer, lag(reading.xmin::text::bigint)
            OVER (ORDER BY reading.time, appliance.serial) AS before
        FROM telemetry.refrigerator AS reading
        JOIN hearthwatch.appliances AS appliance ON appliance.id = reading.device_id
    ) AS written
    WHERE writer < before
"""
"""One worker commits one transaction after another, and their numbers grow."""


@dataclass(frozen=True)
class Trial:
    """What is tried."""

    mode: str
    away_s: float
    rate: int
    around_s: float = 5.0
    """How long messages come before and after."""
    spool_mb: float = 1024.0
    until: str = "degraded"
    """What ingest must have said of itself before the database comes back."""


@dataclass
class Outcome:
    """What came of it."""

    mode: str
    away_s: float
    sent: int = 0
    acknowledged: int = 0
    """By the broker, to whom publishes."""
    stored: int = 0
    lost: int = 0
    twice: int = 0
    stored_again: int = 0
    """Messages that were brought to the database more than once, and changed nothing there."""
    dead_lettered: int = 0
    out_of_order: int = 0
    most_spooled: int = 0
    most_inbox: int = 0
    oldest_s: float = 0.0
    longest_wait_s: float = 0.0
    """The longest time for which the one who publishes was held up."""
    drained_s: float = 0.0
    said: list[str] = field(default_factory=list)


class Observer:
    """Looks at ingest from outside until it is told that it is enough."""

    def __init__(self, ingest: Ingest, outcome: Outcome) -> None:
        self._ingest, self._outcome = ingest, outcome
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._enough.set()
        self._thread.join()

    def _look(self) -> None:
        seen = self._outcome
        while not self._enough.wait(LOOK_S):
            told = self._ingest.gauges()
            spooled = int(told.get("hearthwatch_ingest_spool_messages", 0))
            seen.most_spooled = max(seen.most_spooled, spooled)
            inbox = int(told.get("hearthwatch_ingest_inbox_messages", 0))
            seen.most_inbox = max(seen.most_inbox, inbox)
            seen.oldest_s = max(seen.oldest_s, told.get("hearthwatch_ingest_spool_age_seconds", 0))
            said = self._ingest.readiness()
            if said not in seen.said:
                seen.said.append(said)


class Sender:
    """Publishes numbered messages at a rate."""

    def __init__(self, publisher: Publisher, rate: int, outcome: Outcome) -> None:
        self._publisher, self._rate, self._outcome = publisher, rate, outcome

    def send_for(self, seconds: float) -> None:
        began, first = time.monotonic(), self._outcome.sent
        pause = threading.Event()
        while (passed := time.monotonic() - began) < seconds:
            self._send_up_to(first + int(passed * self._rate))
            pause.wait(TICK_S)
        self._send_up_to(first + int(seconds * self._rate))

    def _send_up_to(self, number: int) -> None:
        for each in range(self._outcome.sent, number):
            at = START + timedelta(seconds=each // DEVICES)
            payload = b'{"ts":%d,"values":{"fridge_temp_c":%d,"compressor_power_w":%d}}' % (
                int(at.timestamp() * 1000),
                each % 9,
                each % 90,
            )
            began = time.monotonic()
            self._publisher.publish(f"appliances/R{each % DEVICES:03d}/telemetry", payload)
            waited = time.monotonic() - began
            self._outcome.longest_wait_s = max(self._outcome.longest_wait_s, waited)
            self._outcome.sent += 1


def run(trial: Trial, folder: Path) -> Outcome:
    """One trial in a folder of its own. Raises CannotError where the machine does not let us."""
    with embedded.running(folder / "postgres") as url:
        with pool.connect(url) as connection:
            migration.migrate(connection)
            telemetry_table.ensure(connection, catalogue_folder.load())
            fleet = [Registration(f"R{each:03d}", "refrigerator") for each in range(DEVICES)]
            appliance.register(connection, fleet, START)
        with outage.prepared(trial.mode, folder, url):
            return _run(trial, folder, url)


def _run(trial: Trial, folder: Path, url: str) -> Outcome:
    outcome = Outcome(trial.mode, trial.away_s)
    with parts.broker(folder) as address, ExitStack() as gone, ExitStack() as running:
        if trial.mode == "start":
            gone.enter_context(outage.away(trial.mode, folder, url))
        ingest = running.enter_context(parts.ingest(folder, url, address, trial.spool_mb))
        ingest.wait_until_it_takes_messages()
        running.enter_context(Observer(ingest, outcome))
        publisher = running.enter_context(Publisher(address, "fleet"))
        sender = Sender(publisher, trial.rate, outcome)
        if trial.mode != "start":
            sender.send_for(trial.around_s)
            gone.enter_context(outage.away(trial.mode, folder, url))
        sender.send_for(trial.away_s)
        wait_until(lambda: outcome.most_spooled > 0 and trial.until in outcome.said)
        gone.close()
        back_at = time.monotonic()
        sender.send_for(trial.around_s)
        assert publisher.drain(DRAIN_S)
        outcome.acknowledged = publisher.published
        wait_until(lambda: _stored(url) >= outcome.sent, DRAIN_S)
        wait_until(lambda: ingest.gauges()["hearthwatch_ingest_degraded"] == 0, DRAIN_S)
        outcome.drained_s = time.monotonic() - back_at
        wait_until(lambda: "ready" in outcome.said)
    _count(url, outcome)
    return outcome


def _stored(url: str) -> int:
    with pool.connect(url) as connection:
        return telemetry.count(connection, "refrigerator")


def _count(url: str, outcome: Outcome) -> None:
    with pool.connect(url) as connection:
        rows, different = _numbers(connection, STORED)
        outcome.stored, outcome.twice = rows, rows - different
        outcome.lost = outcome.acknowledged - different
        (outcome.out_of_order,) = _numbers(connection, OUT_OF_ORDER)
        tally = watermark.tally(connection)
    outcome.stored_again, outcome.dead_lettered = tally.duplicates, tally.dead_lettered


def _numbers(connection: Connection, question: LiteralString) -> list[int]:
    row = connection.execute(question).fetchone()
    return [int(str(each)) for each in row or ()]


def main() -> None:
    """Run one trial by the command line's wishes, and print its outcome as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=outage.MODES, default="stopped")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--spool-mb", type=float, default=1024.0)
    wanted = parser.parse_args()
    trial = Trial(wanted.mode, 60 * wanted.minutes, wanted.rate, spool_mb=wanted.spool_mb)
    with tempfile.TemporaryDirectory(prefix="away-") as folder:
        try:
            outcome = run(trial, Path(folder))
        except CannotError as error:
            sys.exit(str(error))
    sys.stdout.write(json.dumps(asdict(outcome)) + "\n")


if __name__ == "__main__":
    main()
