"""A run: messages flow, parts are killed at random moments, and each time all must come back."""

from __future__ import annotations

import itertools
import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from devices.catalogue.folder import Catalogue
from ingest import workers
from tests.faults import appliances, parts, stored
from tests.faults.appliances import Sender
from tests.faults.stored import Verdict
from tests.faults.waiting import DEADLINE_S, comes_true, wait_until

SENDERS = 3
APPLIANCES = 60
PER_SECOND = 3000.0
MOST_AHEAD = 20_000
"""Acknowledged and not yet stored: within what Mosquitto holds, however slow this machine is."""
MOST_ROUNDS = 1_000_000
LOOK_S = 0.2
_log = logging.getLogger(__name__)
BROKER, DATABASE, INGEST, WORKER = "Mosquitto", "PostgreSQL", "all of ingest", "a worker"
DEALT = (BROKER, DATABASE, INGEST, WORKER)
OVERLAPPING = (DATABASE, INGEST, WORKER)
"""These may fail together: the broker has everything that is not stored."""


@dataclass
class Report:
    """What was done, and what came of it."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    redelivered: int = 0
    counted: int = 0
    """What the workers say that they stored."""
    resent: int = 0
    dead_letters: int = 0
    seconds: float = 0.0
    verdict: Verdict | None = None

    def lines(self) -> list[str]:
        """For the reader of a log."""
        each = ", ".join(f"{name} {number}" for name, number in sorted(self.kills.items()))
        told = [f"seed {self.seed}: {self.kills.total()} kills ({each}) in {self.seconds:.0f} s"]
        if self.verdict:
            told.append(
                f"{self.verdict.acknowledged:,} messages acknowledged, {self.verdict.stored:,}"
                f" stored ({self.counted:,} counted), {self.verdict.lost} lost,"
                f" {self.verdict.twice} twice, {self.verdict.never_sent} never sent,"
                f" {self.dead_letters} dead letters; {self.resent:,} sent again,"
                f" {self.redelivered:,} redelivered"
            )
        return told


class Run:
    """An installation under load."""

    def __init__(self, folder: Path, catalogue: Catalogue, seed: int) -> None:
        self.report = Report(seed)
        self._chance = random.Random(seed)
        self._folder = folder
        address = parts.broker_address(self._chance)
        fleet = appliances.fleet(catalogue, APPLIANCES)
        self._types = sorted({each.type for each in fleet})
        self._broker = parts.broker(folder, address)
        self._database = parts.Database(folder, catalogue, fleet)
        self._ingest = parts.Ingest(folder, self._database.url, address)
        self._processes = {
            DATABASE: self._database.process,
            BROKER: self._broker,
            INGEST: self._ingest.process,
        }
        self._turns = itertools.cycle(DEALT)
        self._ahead = 0
        self._rounds = 0
        share = APPLIANCES // SENDERS
        self.senders = [
            Sender(
                f"sender-{number}",
                address,
                fleet[number * share : (number + 1) * share],
                PER_SECOND / SENDERS,
                lambda: self._ahead < MOST_AHEAD,
            )
            for number in range(SENDERS)
        ]

    def go(self, kills: int) -> Report:
        """Start everything, kill so many times, and compare."""
        began = time.monotonic()
        with ExitStack() as stack:
            for part in self._processes.values():
                part.start()
                stack.callback(part.stop)
            self._wait_until_listening()
            stack.enter_context(self._flowing())
            while self._is_whole() and self.report.kills.total() < kills:
                self._strike(kills - self.report.kills.total())
            self._drain()
            self._judge()
        self.report.seconds = time.monotonic() - began
        return self.report

    def _strike(self, most: int) -> None:
        """Kill one part, or some of those that may fail together, at some moment of the stream."""
        first = next(self._turns)
        together = [first]
        if first in OVERLAPPING and self._chance.random() < 1 / 3:
            together += self._chance.choices(OVERLAPPING, k=self._chance.randint(1, 2))
        for part in together[:most]:
            threading.Event().wait(self._chance.uniform(0, 0.7))
            self._kill(part)

    def _kill(self, part: str) -> None:
        down_s = self._chance.uniform(0, 0.7)
        if part == WORKER:
            killed = self._ingest.kill_worker(self._chance)
        else:
            killed = self._processes[part].kill(down_s)
        if killed:
            self.report.kills[part] += 1
            _log.info("killed %s, %d processes, for %.1f s", part, killed, down_s)

    def _wait_until_listening(self) -> None:
        wait_until(self._database.is_up, "the database takes connections")
        names = workers.names(parts.WORKERS)
        ever = parts.REGISTERED_AT
        wait_until(
            lambda: stored.active_since(self._database.url, names, ever), "ingest is subscribed"
        )
        wait_until(lambda: parts.keeps_sessions(self._folder), "Mosquitto keeps the sessions")

    @contextmanager
    def _flowing(self) -> Iterator[None]:
        enough = threading.Event()
        watching = threading.Thread(target=self._watch, args=(enough,), name="watch")
        for thread in (watching, *self.senders):
            thread.start()
        try:
            yield
        finally:
            for sender in self.senders:
                sender.give_up()
            enough.set()
            for thread in (watching, *self.senders):
                thread.join()

    def _watch(self, enough: threading.Event) -> None:
        """Keep the senders within what the broker holds while ingest is behind."""
        taken = 0
        while not enough.wait(LOOK_S):
            with suppress(psycopg.OperationalError):
                taken = self._stored()
            known = sum(sender.acknowledged.count(1) for sender in self.senders)
            self._ahead = known - taken

    def _stored(self) -> int:
        """Rows of all rounds; only the later ones are counted anew."""
        rounds = self._rounds
        later = stored.rows_of_rounds(self._database.url, self._types, range(rounds, MOST_ROUNDS))
        return rounds * APPLIANCES + later

    def _is_whole(self) -> bool:
        """Wait until every worker stores again, and all that was acknowledged till then is there.

        False if that never comes: the comparison says what is missing.
        """
        names = workers.names(parts.WORKERS)
        wait_until(self._database.is_up, "the database is back")
        since = stored.now(self._database.url)
        wait_until(
            lambda: stored.active_since(self._database.url, names, since), "all workers store again"
        )
        upto = max(sender.rounds for sender in self.senders)
        wait_until(
            lambda: min(sender.complete_rounds for sender in self.senders) >= upto,
            "all senders are answered again",
        )
        new = range(self._rounds, upto)
        wanted = len(new) * APPLIANCES
        whole = comes_true(
            lambda: stored.rows_of_rounds(self._database.url, self._types, new) == wanted
        )
        _log.info("%s, %d rounds, %d ahead", "whole" if whole else "not whole", upto, self._ahead)
        if whole:
            self._rounds = upto
        return whole

    def _drain(self) -> None:
        for sender in self.senders:
            sender.finish()
        for sender in self.senders:
            sender.join(DEADLINE_S)
            assert not sender.is_alive(), f"{sender.name} is not answered"
        sent = sum(len(sender.acknowledged) for sender in self.senders)
        comes_true(lambda: self._stored() >= sent)

    def _judge(self) -> None:
        self.report.verdict = stored.judge(self._database.url, self.senders)
        counted = stored.tally(self._database.url)
        self.report.redelivered, self.report.counted = counted.duplicates, counted.stored
        self.report.resent = sum(sender.resent for sender in self.senders)
        self.report.dead_letters = stored.dead_letters(self._database.url)
