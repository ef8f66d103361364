"""A simulated fleet, watched by the service: which failures are ticketed, and what is false.

The fleet's messages go through the same sink, rollups, models, rules, ticket opening and weekly
retraining as in service, without a broker between and as fast as the machine can. The truth is
read by the technician who ends a ticket, and in the end.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg.rows import class_row

from benchmarks import foretold
from benchmarks.foretold import Outcome
from devices import rollup, telemetry_table
from devices.catalogue import folder
from devices.catalogue.folder import Catalogue
from ingest.dialects.native import Native
from ingest.instant import Span
from ingest.postgres_sink import PostgresSink
from ingest.source import Message
from ingest.validation import Validation
from models.promotion import release, retraining
from models.promotion.retraining import Plan as Retraining
from runtime.clock import SetClock
from simulator import people, scorer, truth
from simulator.fault_plan import LOST_CONNECTION, PlannedFault
from simulator.fleet import Fleet
from simulator.scorer import Found
from simulator.transmission import Outgoing, Transmission
from storage import embedded, migration, pool, query
from storage.pool import Connection, Pool
from tickets import ticket, verdict, watch
from tickets.lifecycle import State
from tickets.ticket import Move, Ticket
from tickets.verdict import Finding, Verdict
from tickets.watch import Watch

_SQL = query.beside(scorer.__file__)

Tell = Callable[[str], None]

START = datetime(2025, 3, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOOK_EVERY = timedelta(hours=3)
"""How often the watch steps, in the fleet's time."""
LATE_AFTER = timedelta(hours=12)
"""What is older than this is history to the watch; more than it waits between two steps."""
VISIT_AFTER = timedelta(days=3)
"""A ticket of an appliance that has nothing ends with a visit that finds nothing."""
TECHNICIAN = "simulated technician"


@dataclass(frozen=True)
class Plan:
    """What to simulate: healthy days to learn from, then seasons in which faults develop."""

    devices: int = 300
    seed: int = 7
    history: timedelta = timedelta(days=21)
    season: timedelta = timedelta(days=36)
    """A fault is planned and repaired within one; long enough for faults to take their time."""
    seasons: int = 2
    retraining: Retraining = field(default_factory=Retraining)
    """How often, and from how much, models are fitted anew, in the fleet's time."""
    database_url: str | None = None
    tell: Tell = print

    @property
    def faulty_from(self) -> datetime:
        """When the first season begins."""
        return START + self.history

    @property
    def end(self) -> datetime:
        """When the last one ends."""
        return self.faulty_from + self.seasons * self.season


def run(plan: Plan) -> Outcome:
    """Play it all on a database of its own."""
    began = time.monotonic()
    with _database(plan) as url, pool.open_pool(url) as opened:
        world = _World(plan, opened)
        world.play()
        outcome = world.outcome()
    return replace(outcome, took_s=round(time.monotonic() - began))


@contextmanager
def _database(plan: Plan) -> Iterator[str]:
    if plan.database_url is not None:
        yield plan.database_url
        return
    with tempfile.TemporaryDirectory() as made, embedded.running(Path(made) / "data") as url:
        yield url


class _World:
    """A fleet, the platform that watches it, and a technician who comes in the end."""

    def __init__(self, plan: Plan, opened: Pool) -> None:
        self._plan, self._pool = plan, opened
        self._catalogue: Catalogue = folder.load()
        self._clock = SetClock(START)
        with opened.connection() as connection:
            connection.autocommit = True
            migration.migrate(connection)
            telemetry_table.ensure(connection, self._catalogue)
            connection.autocommit = False
        self._fleet = Fleet(plan.devices, plan.seed, START, plan.faulty_from, plan.season)
        self._transmission = Transmission()
        span = Span(START - DAY, DAY)
        self._sink = PostgresSink(
            opened,
            self._catalogue,
            Validation(self._catalogue, [Native()], span),
            self._clock,
            "bench",
        )
        self._watch = Watch(opened, self._catalogue, self._clock, LATE_AFTER)
        self._promoted = self._refused = 0

    def play(self) -> None:
        """Learn from the healthy history, then watch season after season."""
        plan = self._plan
        with self._pool.connection() as connection:
            people.register(connection, self._fleet.groups, plan.seed, START)
        plan.tell(f"{plan.devices} appliances hand over {plan.history.days} healthy days")
        while self._fleet.at < plan.faulty_from:
            self._advance(DAY, live=False)
        plan.tell("learning what healthy appliances do")
        with self._pool.connection() as connection:
            released = release.release(
                connection, self._catalogue, START, plan.faulty_from, plan.faulty_from
            )
            learned = sum(len(found) for _, found in released)
        plan.tell(f"{learned} models serve")
        while self._fleet.at < plan.end:
            self._advance(LOOK_EVERY, live=True)
            while watch.step(self._watch):
                pass
            self._visit()
            self._retrain()

    def _advance(self, span: timedelta, *, live: bool) -> None:
        if live and self._fleet.at.hour == 0 and self._fleet.at.day % 6 == 0:
            self._plan.tell(f"{self._fleet.at:%d %b}")
        until = self._fleet.at + span
        sent: list[Outgoing] = []
        for report in self._fleet.reports(until):
            if live:
                sent += self._transmission.live(report)
            else:
                self._transmission.keep(report)
        sent += self._transmission.send_kept() if not live else []
        self._clock.at = until
        self._sink.store([Message(one.topic, one.payload, until) for one in sent])
        self._sink.advance(until)
        if not live:
            self._roll_up(until)

    def _roll_up(self, until: datetime) -> None:
        with self._pool.connection() as connection:
            for description in self._catalogue.values():
                while rollup.refresh(connection, description, until):
                    connection.commit()

    def _retrain(self) -> None:
        """Let each type's models learn what has come since, if they are due."""
        now = self._fleet.at
        for name in self._catalogue:
            with self._pool.connection() as connection:
                why = retraining.due(connection, name, now, self._plan.retraining)
                if why is None:
                    continue
                ruled = retraining.retrain(
                    connection, self._catalogue, name, now, self._plan.retraining, why
                )
            promoted = sum(each.ruling.serves for each in ruled)
            self._promoted += promoted
            self._refused += len(ruled) - promoted

    def _visit(self) -> None:
        """A technician ends what is open: with the repair, or where there is nothing to repair."""
        now = self._fleet.at
        sick = {serial for serial, each in self._planned() if each.onset <= now < each.repaired_at}
        with self._pool.connection() as connection:
            for each in ticket.page(connection, limit=10_000, open_only=True):
                if each.serial not in sick and now - each.opened_at >= VISIT_AFTER:
                    self._end(connection, each, now)

    def _planned(self) -> Iterator[tuple[str, PlannedFault]]:
        for group in self._fleet.groups:
            for planned in group.planned:
                yield group.serials[planned.unit], planned

    def _end(self, connection: Connection, found: Ticket, now: datetime) -> None:
        asked = Move(State.TRIAGED, found.version, TECHNICIAN, assignee=TECHNICIAN)
        assigned = ticket.move(connection, found.id, asked, now)
        asked = Move(State.RESOLVED, assigned.version, TECHNICIAN)
        resolved = ticket.move(connection, found.id, asked, now)
        description = self._catalogue[found.type]
        told = self._verdict(found)
        verdict.record(connection, resolved, description, told, TECHNICIAN, now)

    def _verdict(self, found: Ticket) -> Verdict:
        """What was wrong with the appliance while the ticket was open, as its repair shows."""
        for serial, each in self._planned():
            late = each.repaired_at + scorer.AFTERMATH
            if serial == found.serial and each.onset <= found.opened_at <= late:
                return _as_told(found.problem, each)
        return Verdict(Finding.NO_FAULT_FOUND)

    def outcome(self) -> Outcome:
        """Compare the tickets with the truth."""
        hidden = truth.of_groups(self._fleet.groups, self._plan.faulty_from, self._plan.end)
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Found))
            found = cursor.execute(
                _SQL["findings"],
                {"serials": list(hidden.serials), "start": hidden.start, "end": hidden.end},
            ).fetchall()
        outcome = foretold.compare(hidden, found, seed=self._plan.seed)
        return replace(outcome, models_promoted=self._promoted, models_refused=self._refused)


def _as_told(problem: str, planned: PlannedFault) -> Verdict:
    if planned.fault is LOST_CONNECTION:
        return Verdict(Finding.COULD_NOT_REPRODUCE)
    true = planned.fault.problems
    return Verdict(Finding.CONFIRMED, mode=problem if problem in true else true[0])
