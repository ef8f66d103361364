"""Lets the simulated people live beside the fleet, each step when the world's time comes to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from runtime.clock import Clock
from runtime.stopping import Stop

STEP_S = 0.05
LOOK_S = 1.0
"""How often, in real time, somebody looks at their list or their letters."""


class Person(Protocol):
    """Somebody who acts by the world's time."""

    def look_at_list(self, now: datetime) -> None:
        """See what is new."""

    def step(self, now: datetime) -> None:
        """Do what is due."""


def play(people: Sequence[Person], clock: Clock, stop: Stop, over: Callable[[], bool]) -> None:
    """Let everybody act until it is over; nobody waits longer for their turn than the others."""
    looked: dict[int, float] = {}
    while people and not over():
        for number, person in enumerate(people):
            if over():
                return
            if time.monotonic() - looked.get(number, 0.0) >= LOOK_S:
                person.look_at_list(clock.now())
                looked[number] = time.monotonic()
            person.step(clock.now())
        stop.wait(STEP_S)
