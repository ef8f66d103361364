"""Which visits of a technician count on the same parts of the van, and what that costs. Pure.

A part goes to the visit that comes first. Whoever puts a visit before others, or after them, pays
for the one that goes without: so a part is never counted on twice.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tickets.routing import cost
from tickets.routing.case import Member


class Claim(NamedTuple):
    """That a visit counts on one of a part."""

    begins: float
    """In minutes from the case's now."""
    job: int
    missing: float
    """What it costs to come without it."""


class Short(NamedTuple):
    """What a visit costs for parts that are in the van, but not often enough."""

    own: float
    """It comes without, for others come first."""
    others: float
    """A later visit comes without."""


class Stock:
    """The parts in the vans of a crew, and the visits that count on them."""

    def __init__(self, crew: Sequence[Member]) -> None:
        self._there: dict[str, Mapping[str, int]] = {each.name: each.parts for each in crew}
        self._claims: dict[tuple[str, str], list[Claim]] = defaultdict(list)

    def short(self, technician: str, parts: Sequence[str], begins: float, job: int) -> Short:
        """What one more visit costs, of which this does not know yet.

        A part that is not in the van at all is none of this: it is missing whoever comes first.
        """
        own = others = 0.0
        for claim, part in _claims(parts, begins, job):
            there = self._there[technician].get(part, 0)
            first = self._claims.get((technician, part), ())
            if there and len(first) >= there:
                if bisect(first, claim) >= there:
                    own += claim.missing
                else:
                    others += first[there - 1].missing
        return Short(own, others)

    def take(self, technician: str, parts: Sequence[str], begins: float, job: int) -> None:
        """Let a visit count on parts."""
        for claim, part in _claims(parts, begins, job):
            insort(self._claims[technician, part], claim)

    def give_back(self, technician: str, parts: Sequence[str], begins: float, job: int) -> None:
        """Take that back."""
        for claim, part in _claims(parts, begins, job):
            self._claims[technician, part].remove(claim)

    def missing(self) -> float:
        """What all visits cost that come without a part which others have taken."""
        return sum(
            claim.missing
            for (technician, part), claims in self._claims.items()
            if (there := self._there[technician].get(part, 0))
            for claim in claims[there:]
        )


def _claims(parts: Sequence[str], begins: float, job: int) -> list[tuple[Claim, str]]:
    return [(Claim(begins, job, cost.MISSING_PARTS / len(parts)), part) for part in parts]
