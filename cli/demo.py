"""The demo: a simulated fleet with hidden faults, watched by the real platform.

A healthy history is handed over first, models are fitted on it, then time runs fast: faults
develop, tickets open, and at the end the tickets are compared with the hidden truth.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.notices import notice
from api import token as api_token
from api import user
from api.user import Role
from cli import platform, world_time
from cli.demo_outcome import Figures, Outcome
from cli.platform import Platform
from cli.playtime import Playtime
from cli.service_people import ServicePeople
from cli.world_time import WorldTime
from devices import appliance, watermark
from devices.watermark import Tally
from models.promotion import release
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator import mailbox, people, scorer, service_week, truth
from simulator.broadcast import Broadcast
from simulator.fleet import Fleet
from simulator.mailbox import Mailbox
from simulator.publisher import Publisher
from simulator.truth import Truth
from storage.pool import Pool
from tickets import backlog, ticket
from tickets.lifecycle import OPEN

FIRST_DAY = datetime(2025, 3, 3, tzinfo=UTC)
"""Where the simulated world begins; a home that has data goes on after them."""
HISTORY = timedelta(days=9)
INCIPIENT = timedelta(days=1.5)
"""The first faults begin so long before time runs fast; models learn from what was before."""
DRAIN_TIMEOUT_S = 60.0
TELL_EVERY_S = 5.0
DISPATCHER = "dispatcher"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What the user asked for."""

    devices: int
    seed: int
    speed: float
    seconds: float | None
    """End by itself after so long; None to go on until stopped."""
    truth: Path


def run(wish: Wish, settings: Settings, stop: Stop, say: Say) -> Outcome:
    """Play the demo until its time is over or it is stopped."""
    began = time.monotonic()
    settings.home.mkdir(parents=True, exist_ok=True)
    world = WorldTime(settings.home / world_time.FILE)
    world.stand(FIRST_DAY)
    say("starting the database and the broker")
    with mailbox.opened() as box:
        settings = settings.model_copy(update={"channels": box.channels})
        with platform.opened(settings, clock=world.path) as opened:
            playtime = Playtime(wish.seconds, stop, began)
            return _Story(wish, opened, playtime, say, world, box).play()


class _Story:
    """One run, from an empty fleet to the scorecard."""

    def __init__(
        self,
        wish: Wish,
        opened: Platform,
        playtime: Playtime,
        say: Say,
        world: WorldTime,
        box: Mailbox,
    ) -> None:
        self._wish, self._platform, self._playtime, self._say = wish, opened, playtime, say
        self._time = world
        self._box: Mailbox | None = box
        with opened.pool.connection() as connection:
            reached = watermark.current(connection)
            self._tally_before = watermark.tally(connection)
            self._notices_before = _reminders(opened.pool)
        start = FIRST_DAY if reached is None else _midnight_after(max(reached, FIRST_DAY))
        self._healthy_from, self._live_from = start, start + HISTORY
        self._faulty_from = self._live_from - INCIPIENT
        self._fleet = Fleet(wish.devices, wish.seed, start, self._faulty_from)
        self._people = ServicePeople(opened, self._fleet, box, wish.seed)
        self._first_ticket_s: float | None = None
        self._told = 0.0

    def play(self) -> Outcome:
        """Play it, and compare what came of it with the truth."""
        with closing(self._people):
            return self._settled(self._played())

    def _played(self) -> int:
        """Play until time is over; how much was published."""
        self._time.stand(self._live_from)
        with self._platform.pool.connection() as connection:
            people.register(
                connection,
                self._fleet.groups,
                self._wish.seed,
                self._fleet.at,
                self._platform.catalogue,
            )
            serials = [serial for group in self._fleet.groups for serial in group.serials]
            appliance.retire_all_but(connection, serials, self._fleet.at)
        names = self._people.hire()
        platform.start_ingest(self._platform, self._playtime.stop)
        self._platform.children.start("work", "work")
        self._platform.children.start("serve", "serve")
        address = BrokerAddress.parse(self._platform.settings.mqtt_url)
        with Publisher(address, f"simulator-{self._wish.seed}") as publisher:
            broadcast = Broadcast(self._fleet, publisher, self._playtime.stop, self._playtime.over)
            self._hand_over_history(broadcast, publisher)
            self._train()
            self._platform.children.start("watch", "watch")
            self._invite()
            self._live(broadcast, names)
            publisher.drain(DRAIN_TIMEOUT_S)
            return publisher.published

    def _hand_over_history(self, broadcast: Broadcast, publisher: Publisher) -> None:
        self._say(f"{self._wish.devices} appliances hand over {HISTORY.days} healthy days")
        broadcast.hand_over(self._live_from)
        publisher.drain(DRAIN_TIMEOUT_S)
        self._wait_until_taken_in(publisher.published)

    def _train(self) -> None:
        self._say("learning what healthy appliances do")
        with self._platform.pool.connection() as connection:
            until = self._live_from
            for _ in release.release(
                connection, self._platform.catalogue, self._healthy_from, self._faulty_from, until
            ):
                self._platform.children.check()

    def _invite(self) -> None:
        password = secrets.token_urlsafe(9)
        with self._platform.pool.connection() as connection:
            user.add(connection, DISPATCHER, password, Role.DISPATCHER)
        url = api_token.enter_url(self._platform.settings, self._platform.base_url, DISPATCHER)
        self._say(f"the console is open: {url}")
        self._say(f"  or sign in there as {DISPATCHER}, password {password}")

    def _live(self, broadcast: Broadcast, names: list[str]) -> None:
        until = self._playtime.start()
        self._say(f"time now runs {self._wish.speed:,.0f} times as fast, {until}")
        now = self._time.run(self._live_from, self._wish.speed)
        self._people.start(names, now, self._playtime.over)
        while not self._playtime.over():
            self._time.wait_for(self._fleet.at)
            broadcast.hour(now, self._wish.speed)
            self._look()
        self._people.end()

    def _look(self) -> None:
        """Check on the processes, and say now and then how it goes."""
        spent = self._playtime.spent()
        if spent - self._told < (1.0 if self._first_ticket_s is None else TELL_EVERY_S):
            return
        self._told = spent
        self._platform.children.check()
        self._people.check()
        self._show_a_letter()
        with self._platform.pool.connection() as connection:
            newest = ticket.page(connection, limit=1)
            tally = watermark.tally(connection)
            waiting = sum(ticket.counts(connection).get(state, 0) for state in OPEN)
        if self._first_ticket_s is None and newest and newest[0].opened_at >= self._live_from:
            self._first_ticket_s = round(spent, 1)
        self._say(
            f"{self._fleet.at:%d %b %H:%M}  {tally.readings:,} readings stored, "
            f"{waiting} tickets open"
        )

    def _show_a_letter(self) -> None:
        """Say once how a customer's page is opened."""
        if self._box is not None and self._box.link is not None:
            self._say(f"a customer's page, from a letter: {self._box.link}")
            self._box = None

    def _settled(self, published: int) -> Outcome:
        """Wait until everything is stored and judged; then compare with the truth."""
        self._say("judging what came last")
        now, end = self._time.now(), max(self._fleet.at, self._live_from)
        self._time.stand(now)
        tally = self._wait_until_taken_in(published)
        platform.wait_until(
            self._nothing_waits, self._platform.children, Stop(), "the watch is behind"
        )
        told = self._people.figures(DISPATCHER, self._live_from, now)
        self._platform.children.end()
        hidden = truth.of_groups(self._fleet.groups, self._live_from, end)
        truth.write(hidden, self._wish.truth)
        return self._outcome(published, tally, hidden, told)

    def _outcome(self, published: int, tally: Tally, hidden: Truth, told: Figures) -> Outcome:
        with self._platform.pool.connection() as connection:
            card = scorer.score(connection, hidden)
            week = service_week.count(connection, hidden.start, self._time.now())
        return Outcome(
            published=published,
            tally=tally,
            reminders=_reminders(self._platform.pool) - self._notices_before,
            first_ticket_s=self._first_ticket_s,
            simulated_days=round((hidden.end - hidden.start) / timedelta(days=1), 2),
            card=card,
            week=week,
            figures=told,
        )

    def _nothing_waits(self) -> bool:
        with self._platform.pool.connection() as connection:
            return backlog.waiting(connection, self._platform.catalogue) == 0

    def _wait_until_taken_in(self, published: int) -> Tally:
        """Wait until every message published in this run is stored or put aside."""

        def taken_in() -> bool:
            return self._taken().received >= published

        platform.wait_until(
            taken_in, self._platform.children, Stop(), "not all that was published came in"
        )
        return self._taken()

    def _taken(self) -> Tally:
        with self._platform.pool.connection() as connection:
            return watermark.tally(connection) - self._tally_before


def _reminders(pool: Pool) -> int:
    with pool.connection() as connection:
        return notice.count(connection, "reminders")


def _midnight_after(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
