"""How often a person is written to: not more than so many notices in so many days. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Cap:
    """At most `most` letters within `within`; 0 for no bound."""

    most: int = 3
    within: timedelta = WEEK


def free_at(at: datetime, sent: Sequence[datetime], cap: Cap) -> datetime:
    """The first instant from `at` on at which one more letter keeps to the cap."""
    recent = sorted(each for each in sent if each > at - cap.within)
    if cap.most == 0 or len(recent) < cap.most:
        return at
    return recent[-cap.most] + cap.within
