"""The people around a demo's appliances, in a thread of their own: technicians and customers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime

from api import token as api_token
from api import user
from api.token import Purpose
from api.user import Role
from cli import demo_outcome
from cli.demo_outcome import Figures
from cli.platform import Platform
from runtime.clock import Clock
from runtime.stopping import Stop
from simulator import cast, workforce
from simulator.cast import Person
from simulator.fleet import Fleet
from simulator.line import Line
from simulator.mailbox import Mailbox
from simulator.neighbourhood import Lines, Neighbourhood
from simulator.technician import Technician

HOTLINE = "hotline"


class ServicePeople:
    """Everybody who is no appliance; they know the platform by its doors alone."""

    def __init__(self, platform: Platform, fleet: Fleet, mailbox: Mailbox, seed: int) -> None:
        self._platform, self._fleet, self._seed = platform, fleet, seed
        self._mailbox = mailbox
        self._stack = ExitStack()
        self._stop = Stop()
        self._playing: Future[None] | None = None

    def hire(self) -> list[str]:
        """Put technicians on record, with a sign-in each; return their names."""
        homes = sum(group.units for group in self._fleet.groups) // 2
        with self._platform.pool.connection() as connection:
            catalogue = self._platform.catalogue
            names = workforce.hire(connection, catalogue, homes, self._seed, self._fleet.at)
            for name in names:
                user.add(connection, name, secrets.token_urlsafe(12), Role.TECHNICIAN)
            user.add(connection, HOTLINE, secrets.token_urlsafe(12), Role.DISPATCHER)
        return names

    def start(self, names: list[str], clock: Clock, over: Callable[[], bool]) -> None:
        """Let everybody live until it is over."""
        people: list[Person] = [Technician(name, self._line(name), self._fleet) for name in names]
        people.append(self._neighbours())
        worker = self._stack.enter_context(ThreadPoolExecutor(1, "people"))

        def ended() -> bool:
            return self._stop.is_set() or over()

        self._playing = worker.submit(cast.play, people, clock, self._stop, ended)

    def _neighbours(self) -> Neighbourhood:
        stranger = Line(self._platform.base_url)
        self._stack.callback(stranger.close)
        supplies = {
            each.part_number: name
            for description in self._platform.catalogue.values()
            for name, each in description.consumables.items()
        }
        lines = Lines(self._mailbox, stranger, self._line(HOTLINE))
        return Neighbourhood(lines, self._fleet, supplies, self._seed)

    def check(self) -> None:
        """Raise what went wrong with them, if anything did."""
        if self._playing is not None and self._playing.done():
            self._playing.result()

    def end(self) -> None:
        """Send everybody home, and wait until they have hung up."""
        self._stop.set()
        if self._playing is not None:
            self._playing.result()

    def figures(self, name: str, since: datetime, until: datetime) -> Figures:
        """What the platform says of a span to the user of this name."""
        return demo_outcome.figures(self._line(name), since, until)

    def close(self) -> None:
        """Send home who is still there, and hang up everybody's line."""
        self._stop.set()
        self._stack.close()

    def _line(self, name: str) -> Line:
        bearer = api_token.issue(self._platform.settings, name, Purpose.API)
        line = Line(self._platform.base_url, bearer)
        self._stack.callback(line.close)
        return line
