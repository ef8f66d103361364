"""A simulated fleet, watched by the service: which failures are ticketed, and what is false.

The fleet's messages go through the same sink, rollups, models, rules and ticket opening as in
service, without a broker between and as fast as the machine can; only then is the truth read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from models import release
from runtime.clock import SetClock
from simulator import people, scorer, truth
from simulator.fleet import Fleet
from simulator.scorer import Found
from simulator.transmission import Outgoing, Transmission
from storage import embedded, migration, pool, query
from storage.pool import Pool
from tickets import ticket, watch
from tickets.lifecycle import State
from tickets.ticket import Move, Ticket
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
    with _database(plan) as url, pool.open_pool(url) as opened:
        world = _World(plan, opened)
        world.play()
        return world.outcome()


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

    def _visit(self) -> None:
        """A technician ends what is open: with the repair, or where there is nothing to repair."""
        now = self._fleet.at
        sick = self._sick(now)
        with self._pool.connection() as connection:
            for each in ticket.page(connection, limit=10_000, open_only=True):
                if each.serial not in sick and now - each.opened_at >= VISIT_AFTER:
                    self._end(each, now)

    def _sick(self, now: datetime) -> set[str]:
        return {
            group.serials[planned.unit]
            for group in self._fleet.groups
            for planned in group.planned
            if planned.onset <= now < planned.repaired_at
        }

    def _end(self, found: Ticket, now: datetime) -> None:
        with self._pool.connection() as connection:
            asked = Move(State.ASSIGNED, found.version, TECHNICIAN, assignee=TECHNICIAN)
            assigned = ticket.move(connection, found.id, asked, now)
            asked = Move(State.RESOLVED, assigned.version, TECHNICIAN)
            ticket.move(connection, found.id, asked, now)

    def outcome(self) -> Outcome:
        """Compare the tickets with the truth."""
        hidden = truth.of_groups(self._fleet.groups, self._plan.faulty_from, self._plan.end)
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Found))
            found = cursor.execute(
                _SQL["findings"],
                {"serials": list(hidden.serials), "start": hidden.start, "end": hidden.end},
            ).fetchall()
        return foretold.compare(hidden, found, seed=self._plan.seed)
