"""A week of a service desk without dispatchers: which tickets would have needed one, and why.

Real tickets of the catalogue's problems on a database of its own, the real routing every hour.
Technicians fall ill, one leaves, skills are rare, customers move and cancel appointments, one
visit in seven is not enough, and some appliances belong to nobody on record.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np

from customers import household, ownership, profile
from devices import appliance, telemetry_table
from devices.appliance import Registration
from devices.catalogue import folder
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import OFFLINE, problem_of
from storage import embedded, migration, pool
from storage.pool import Connection
from tickets import one_open, ticket
from tickets.lifecycle import ENDED, State
from tickets.one_open import Wanted
from tickets.routing import absence, dispatch, service_region, slots, technician, trail, unrouted
from tickets.routing.calendar import Span
from tickets.routing.service_region import ServiceRegion
from tickets.routing.technician import Entry
from tickets.ticket import Move
from tickets.verdict import Finding, Verdict
from tickets.visits import visit, visit_report
from tickets.visits.visit import Visit
from tickets.visits.visit_report import Report

START = datetime(2026, 6, 1, tzinfo=UTC)
"""A Monday."""
HOUR = timedelta(hours=1)
REGION = "north"
ILL_A_DAY = 0.04
MOVES = 0.12
"""Share of appointments that the customer moves."""
CANCELS = 0.04
RETURNS = 0.15
NOBODY = 0.01
"""Share of appliances whose household is not on record."""
OFFERED = ("gold", "platinum")
TIERS = ("standard", "silver", "gold", "platinum")
TIER_SHARES = (0.55, 0.25, 0.15, 0.05)


@dataclass
class Week:
    """What came of it."""

    tickets: int = 0
    wanted_a_visit: int = 0
    """Less those that the customer cancelled first."""
    needed_a_human: int = 0
    """Left by the routing at some time, or set by a person."""
    share_needing_a_human: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict)
    visits_set: int = 0
    visits_moved_by_routing: int = 0
    visits_done: int = 0
    hours_to_visit: float = 0.0
    runs: int = 0
    slowest_run_s: float = 0.0


def run(a_day: int = 40, technicians: int = 12, days: int = 7, seed: int = 7) -> Week:
    """Play the days on a database of its own."""
    with _database() as url, pool.connect(url) as connection:
        return play(connection, a_day, technicians, days, seed)


def play(connection: Connection, a_day: int, technicians: int, days: int, seed: int) -> Week:
    """Play the days, then two more without new tickets, on a migrated database."""
    world = _World(connection, folder.load(), technicians, seed)
    for hour in range(24 * (days + 2)):
        world.play(START + hour * HOUR, a_day / 24 if hour < 24 * days else 0.0)
        connection.commit()
    return world.outcome()


@contextmanager
def _database() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as made, embedded.running(Path(made) / "data") as url:
        with pool.connect(url, autocommit=True) as connection:
            migration.migrate(connection)
            telemetry_table.ensure(connection, folder.load())
        yield url


class _World:
    """Technicians who work, and customers who call things off."""

    def __init__(
        self, connection: Connection, catalogue: Catalogue, technicians: int, seed: int
    ) -> None:
        self._connection, self._catalogue = connection, catalogue
        self._rng = np.random.default_rng(seed)
        self._week = Week()
        self._left: dict[int, str] = {}
        self._opened: dict[int, datetime] = {}
        self._acted: set[int] = set()
        self._crew = [self._entry(number) for number in range(technicians)]
        technician.upsert(connection, self._crew, START)
        service_region.set_(
            connection,
            ServiceRegion(REGION, "GB", "ENG", "Europe/London", offer_tiers=list(OFFERED)),
        )

    def play(self, now: datetime, tickets: float) -> None:
        """Let an hour pass."""
        for _ in range(int(self._rng.poisson(tickets))):
            self._open(now)
        self._work(now)
        self._fall_ill(now)
        made = dispatch.route_region(self._connection, self._catalogue, REGION, now)
        if made is not None:
            self._week.runs += 1
            self._week.visits_moved_by_routing += made.moved
            self._week.slowest_run_s = max(self._week.slowest_run_s, round(made.seconds, 2))
        for ticket_id, reason in unrouted.reasons(self._connection, REGION).items():
            self._left.setdefault(ticket_id, reason)
        self._hear_customers(now)

    def _entry(self, number: int) -> Entry:
        skills = sorted({name for each in self._problems() for name in each[2]})
        known = self._rng.choice(skills, size=max(3, len(skills) * 2 // 3), replace=False)
        north, east = self._rng.normal(0, 0.1, 2)
        return Entry(
            f"technician {number + 1:02d}",
            {str(each): int(self._rng.integers(1, 4)) for each in known},
            "mon-fri 08:00-18:00; sat 09:00-15:00",
            REGION,
            "Europe/London",
            latitude=51.45 + float(north),
            longitude=-2.6 + float(east),
        )

    def _problems(self) -> list[tuple[str, str, tuple[str, ...]]]:
        return [
            (name, problem, problem_of(description, problem).skills)
            for name, description in sorted(self._catalogue.items())
            for problem in [*sorted(description.problems), OFFLINE]
        ]

    def _open(self, now: datetime) -> None:
        every = self._problems()
        type_name, name, _ = every[int(self._rng.integers(len(every)))]
        problem = problem_of(self._catalogue[type_name], name)
        device = self._device(type_name, now)
        severity = Severity.CRITICAL if problem.safety else problem.severity
        wanted = Wanted(device, name, severity, problem.safety, now, uuid4(), "alert")
        (opened,) = one_open.ensure(self._connection, [wanted])
        self._opened[opened.id] = now

    def _device(self, type_name: str, now: datetime) -> int:
        name = uuid4().hex
        told = Registration(name, type_name, region=REGION)
        device = appliance.register(self._connection, [told], now)[0].id
        if self._rng.random() < NOBODY:
            return device
        tier = str(self._rng.choice(TIERS, p=TIER_SHARES))
        entry = household.Entry(name, name, region=REGION, time_zone="Europe/London", tier=tier)
        home = household.upsert(self._connection, [entry], now)[name]
        north, east = self._rng.normal(0, 0.1, 2)
        place = profile.Entry(home, latitude=51.45 + float(north), longitude=-2.6 + float(east))
        profile.record(self._connection, [place])
        ownership.assign(self._connection, {device: home}, now)
        return device

    def _work(self, now: datetime) -> None:
        """Do the visits that have ended by now."""
        names = [each.name for each in self._crew]
        for each in visit.calendar(self._connection, names, START, now):
            if each.state == visit.State.PLANNED and each.ends_at <= now:
                self._visit(each, now)

    def _visit(self, done: Visit, now: datetime) -> None:
        for state in (State.DISPATCHED, State.ON_SITE):
            self._move(done.ticket_id, state, now)
        again = self._rng.random() < RETURNS
        report = Report(Verdict(Finding.NO_FAULT_FOUND), outcome="return" if again else "resolved")
        there = visit.get(self._connection, done.id)
        description = self._catalogue[done.type]
        visit_report.hand_in(
            self._connection, there, description, report, done.technician or "", now
        )
        self._week.visits_done += 1

    def _move(self, ticket_id: int, state: State, now: datetime) -> None:
        found = ticket.get(self._connection, ticket_id)
        asked = Move(state, found.version, found.assignee or "customer")
        ticket.move(self._connection, ticket_id, asked, now)

    def _fall_ill(self, now: datetime) -> None:
        if now.hour != 5:  # noqa: PLR2004 - whoever wakes up ill says so before work
            return
        for each in self._crew:
            if self._rng.random() < ILL_A_DAY:
                span = Span(now, now + timedelta(days=2))
                absence.record(self._connection, each.name, span, reason="ill", actor="bench")

    def _hear_customers(self, now: datetime) -> None:
        """Once for each ticket: choose a time, move the appointment, call it off, or let it be."""
        for found in ticket.page(self._connection, limit=10_000, open_only=True):
            waits = found.state == State.WAITING_FOR_CUSTOMER
            if found.id in self._acted or not (waits or found.state == State.SCHEDULED):
                continue
            self._acted.add(found.id)
            chance = self._rng.random()
            if chance < CANCELS:
                self._move(found.id, State.CANCELLED, now)
            elif waits or chance < CANCELS + MOVES:
                self._choose(found.id, now)

    def _choose(self, ticket_id: int, now: datetime) -> None:
        offered = slots.offer(self._connection, self._catalogue, ticket_id, now)
        if offered:
            wanted = offered[int(self._rng.integers(len(offered)))]
            slots.book(self._connection, self._catalogue, ticket_id, wanted, "customer", now)

    def outcome(self) -> Week:
        """Count."""
        set_at: list[float] = []
        by_human: dict[int, str] = dict(self._left)
        for ticket_id, opened_at in self._opened.items():
            choices = trail.of_ticket(self._connection, ticket_id)
            self._week.visits_set += len(choices)
            if any(each.by_human for each in choices):
                by_human.setdefault(ticket_id, "set by a person")
            if choices:
                set_at.append((choices[-1].begins_at - opened_at) / HOUR)
            wanted = choices or ticket_id in self._left
            self._week.wanted_a_visit += bool(wanted) or not self._ended(ticket_id)
        wanted_number = max(self._week.wanted_a_visit, 1)
        return replace(
            self._week,
            tickets=len(self._opened),
            needed_a_human=len(by_human),
            share_needing_a_human=round(len(by_human) / wanted_number, 4),
            reasons=dict(Counter(by_human.values()).most_common()),
            hours_to_visit=round(float(np.mean(set_at)), 1) if set_at else 0.0,
        )

    def _ended(self, ticket_id: int) -> bool:
        return ticket.get(self._connection, ticket_id).state in ENDED
