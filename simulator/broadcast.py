"""Lets a simulated fleet report: its stored-up history first, then live at the world's pace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from runtime.clock import Clock
from runtime.stopping import Stop
from simulator import transmission
from simulator.fleet import Fleet
from simulator.publisher import Publisher
from simulator.transmission import Outgoing, Transmission

HAND_OVER_EVERY = timedelta(days=1)
STRAY_EVERY = timedelta(hours=12)
HOUR = timedelta(hours=1)
LONGEST_WAIT_S = 0.5


class Broadcast:
    """A fleet and the connection it reports over; `over` says when to stop."""

    def __init__(
        self, fleet: Fleet, publisher: Publisher, stop: Stop, over: Callable[[], bool]
    ) -> None:
        self._fleet, self._publisher, self._stop, self._over = fleet, publisher, stop, over
        self._transmission = Transmission()
        self._next_stray: datetime | None = None

    def hand_over(self, until: datetime) -> None:
        """Publish everything up to `until` as lists of stored-up readings, a day at a time."""
        while self._fleet.at < until and not self._over():
            for report in self._fleet.reports(min(self._fleet.at + HAND_OVER_EVERY, until)):
                self._transmission.keep(report)
            for message in self._transmission.send_kept():
                self._publish(message)

    def hour(self, now: Clock, speed: float) -> None:
        """Publish the next hour's reports, each when the world's time has come to it."""
        for report in self._fleet.reports(self._fleet.at + HOUR):
            if not self._wait_for(report.at, now, speed):
                return
            for message in self._transmission.live(report):
                self._publish(message)
        self._publish_stray()

    def _wait_for(self, at: datetime, now: Clock, speed: float) -> bool:
        """Wait until the world's time is `at`; False if it is over before."""
        while not self._over():
            ahead_s = (at - now.now()).total_seconds() / speed
            if ahead_s <= 0:
                return True
            self._stop.wait(min(ahead_s, LONGEST_WAIT_S))
        return False

    def _publish_stray(self) -> None:
        self._next_stray = self._next_stray or self._fleet.at
        if self._fleet.at >= self._next_stray:
            self._next_stray += STRAY_EVERY
            for message in transmission.stray(self._fleet.at):
                self._publish(message)

    def _publish(self, message: Outgoing) -> None:
        self._publisher.publish(message.topic, message.payload, retain=message.retain)
