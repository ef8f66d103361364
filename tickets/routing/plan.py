"""Rounds of technicians, and what it costs to put one more visit into one. Pure."""

from __future__ import annotations

from bisect import insort
from collections.abc import Container
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tickets.routing import travel
from tickets.routing.case import Case, Opening
from tickets.routing.cost import A_FULL_DAY, Costs, unrouted
from tickets.routing.stock import Short, Stock

NOT_OURS = -1
"""Stands for the job of a visit that stays."""


class Stop(NamedTuple):
    """A visit in a round; times in minutes from the case's now."""

    begins: float
    ends: float
    point: int
    job: int


class Way(NamedTuple):
    """What a visit adds to its round, in minutes of driving."""

    travel: float
    balance: float


class Plan:
    """Which job is at which opening, by their places in the case."""

    def __init__(self, case: Case, costs: Costs) -> None:
        self.case = case
        self.costs = costs
        self.at: list[int | None] = [None] * len(case.jobs)
        # By rising cost: a search stops at the first opening that alone costs more than the best.
        self._order = np.argsort(costs.total, axis=1, kind="stable").tolist()
        self._total = costs.total.tolist()
        places = [each.place for each in case.jobs]
        homes = [each.home for each in case.crew]
        booked = [each.place for each in case.booked]
        self._minutes = travel.matrix([*places, *homes, *booked]).tolist()
        self._home = {each.name: len(places) + row for row, each in enumerate(case.crew)}
        self._most = {each.name: each.visits_a_day for each in case.crew}
        self._rounds: dict[tuple[str, date], list[Stop]] = {}
        self._stock = Stock(case.crew)
        first = len(places) + len(homes)
        for row, visit in enumerate(case.booked):
            stop = self._stop(visit, first + row, NOT_OURS)
            insort(self._round(visit), stop)
            self._stock.take(visit.technician, visit.parts, stop.begins, NOT_OURS)
        self._begins = [self._stop(each, 0, 0)[:2] for each in case.openings]

    def price(self, job: int, opening: int) -> float:
        """What a job costs at an opening with the round as it is; infinite if it does not fit.

        In minutes of driving, like all prices here.
        """
        fixed: float = self._total[job][opening]
        if fixed == np.inf:
            return fixed
        way = self.way(job, opening)
        if way is None:
            return np.inf
        return fixed + way.travel + way.balance + sum(self.short(job, opening))

    def way(self, job: int, opening: int) -> Way | None:
        """What a job adds to the round of an opening; None if it does not fit there."""
        asked = self.case.openings[opening]
        stops = self._round(asked)
        most = self._most[asked.technician]
        if len(stops) >= most:
            return None
        begins, ends = self._begins[opening]
        home = self._home[asked.technician]
        before, after = home, home
        for stop in stops:
            if stop.begins < begins:
                before, left = stop.point, stop.ends
                if left + self._minutes[before][job] > begins:
                    return None
            else:
                after = stop.point
                if ends + self._minutes[job][after] > stop.begins:
                    return None
                break
        to, back = self._minutes[before][job], self._minutes[job][after]
        return Way(to + back - self._minutes[before][after], A_FULL_DAY * len(stops) / most)

    def short(self, job: int, opening: int) -> Short:
        """What a job costs at an opening for parts that other visits count on too."""
        asked, parts = self.case.openings[opening], self.case.jobs[job].parts
        return self._stock.short(asked.technician, parts, self._begins[opening][0], job)

    def cheapest(self, job: int, besides: Container[str] = ()) -> tuple[float, int | None]:
        """The best opening for a job and its price, not with `besides`; None if nothing fits."""
        best: tuple[float, int | None] = (np.inf, None)
        for opening in self._order[job]:
            if self._total[job][opening] >= best[0]:
                break
            if self.case.openings[opening].technician not in besides:
                price = self.price(job, opening)
                if price < best[0]:
                    best = (price, opening)
        return best

    def put(self, job: int, opening: int) -> None:
        """Put a job at an opening where it fits."""
        self.at[job] = opening
        asked = self.case.openings[opening]
        stop = self._stop(asked, job, job)
        insort(self._round(asked), stop)
        self._stock.take(asked.technician, self.case.jobs[job].parts, stop.begins, job)

    def lift(self, job: int) -> float:
        """Take a job out of its round; return what it cost there."""
        opening = self.at[job]
        if opening is None:
            return 0.0
        self.at[job] = None
        asked, parts = self.case.openings[opening], self.case.jobs[job].parts
        stops = self._round(asked)
        stops[:] = [each for each in stops if each.job != job]
        self._stock.give_back(asked.technician, parts, self._begins[opening][0], job)
        return self.price(job, opening)

    def travel(self) -> float:
        """Minutes of driving in all rounds, from home to home."""
        return sum(self._length(name, stops) for (name, _), stops in self._rounds.items())

    def total(self) -> float:
        """What all of it costs, with what is left."""
        fixed = sum(
            unrouted(self.case.jobs[job]) if opening is None else self._total[job][opening]
            for job, opening in enumerate(self.at)
        )
        return float(fixed) + self.travel() + self._load() + self._stock.missing()

    def price_of_visits(self) -> float:
        """What the visits cost that were given, without what is left."""
        left = (job for job, at in zip(self.case.jobs, self.at, strict=True) if at is None)
        return self.total() - sum(unrouted(job) for job in left)

    def _load(self) -> float:
        return sum(
            A_FULL_DAY * number / self._most[name]
            for (name, _), stops in self._rounds.items()
            for number in range(len(stops))
        )

    def _length(self, name: str, stops: list[Stop]) -> float:
        points = [self._home[name], *(each.point for each in stops), self._home[name]]
        return float(sum(self._minutes[a][b] for a, b in pairwise(points)))

    def _round(self, asked: Opening) -> list[Stop]:
        return self._rounds.setdefault((asked.technician, asked.day), [])

    def _stop(self, asked: Opening, point: int, job: int) -> Stop:
        return Stop(self._after(asked.begins_at), self._after(asked.ends_at), point, job)

    def _after(self, at: datetime) -> float:
        return (at - self.case.now).total_seconds() / 60
