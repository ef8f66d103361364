"""How long to wait between attempts, and when to give up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

_CHANCE = random.SystemRandom()


@dataclass(frozen=True)
class Patience:
    """How long we wait, and for how long we try."""

    answer_s: float = 15.0
    """For the whole answer to one request."""
    turn_s: float = 10.0
    """For one endpoint before another gets its turn, but for the answer that is awaited then."""
    first_s: float = 5.0
    """Before the second attempt at one event; each later pause is three times as long."""
    longest_s: float = 6 * 3600.0
    rest_s: float = 1.0
    """Before an endpoint that has just failed is sent anything else, twice as long each time."""
    longest_rest_s: float = 300.0
    days: timedelta = timedelta(days=5)
    """After so long without success an endpoint is disabled, an event given up."""

    def pause(self, attempts: int) -> timedelta:
        """How long to leave an event alone that was tried so often before."""
        return _spread(min(self.first_s * 3 ** min(attempts, 30), self.longest_s))

    def rest(self, failures: int) -> timedelta:
        """How long to leave an endpoint alone that failed so often in a row before."""
        return _spread(min(self.rest_s * 2 ** min(failures, 30), self.longest_rest_s))


def _spread(seconds: float) -> timedelta:
    """Somewhat less, so that what failed together does not return together."""
    return timedelta(seconds=seconds * _CHANCE.uniform(0.7, 1.0))
