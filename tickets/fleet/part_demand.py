"""Which parts technicians will need in the coming weeks: for open tickets, and for those to come.

The catalogue names the parts of each problem, and each ticket that is confirmed takes one of each.
Which share is confirmed the verdicts tell; until there are some, every ticket counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from devices.catalogue.folder import Catalogue
from models import demand
from models.arrays import Floats
from models.demand import Stream
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
HISTORY = timedelta(weeks=12)
"""New tickets come as often as they did in so long a time."""
SHORTEST = timedelta(weeks=1)
"""A rate from less says little; a week counts at least."""
TRUSTED = 4.0
"""Tickets of each fault are taken for confirmed as if so many verdicts had said it."""


@dataclass
class Needed:
    """What may need one part in one region."""

    chances: list[Floats] = field(default_factory=list)
    """Of each open ticket, by week."""
    streams: list[list[Stream]] = field(default_factory=list)
    """Of each kind of new ticket, by week."""


PartInRegion = tuple[str, str]
Fault = tuple[str, str]
"""A type and one of its problems."""


def weekly(
    connection: Connection, catalogue: Catalogue, at: datetime
) -> dict[PartInRegion, Needed]:
    """What may need each part, by part number and region."""
    needed: dict[PartInRegion, Needed] = defaultdict(Needed)
    ends = demand.edges(at)
    asked = {"at": at, "types": list(catalogue), "since": at - HISTORY}
    confirmed = _confirmed(connection, asked)
    for row in connection.execute(_SQL["open"], asked).fetchall():
        fault, region = (str(row[0]), str(row[1])), str(row[2])
        days = None if row[3] is None else float(str(row[3]))
        for part in _parts(catalogue, fault):
            needed[part, region].chances.append(_visited(days, ends) * confirmed[fault])
    span = _observed(connection, at)
    for row in connection.execute(_SQL["history"], asked).fetchall():
        fault, region = (str(row[0]), str(row[1])), str(row[2])
        streams = _to_come(float(str(row[3])), span, ends, confirmed[fault])
        for part in _parts(catalogue, fault):
            needed[part, region].streams.append(streams)
    return needed


def _confirmed(connection: Connection, asked: dict[str, object]) -> dict[Fault, float]:
    """The share of tickets of each fault that need its parts."""
    shares: dict[Fault, float] = defaultdict(lambda: 1.0)
    for row in connection.execute(_SQL["verdicts"], asked).fetchall():
        seen, confirmed = float(str(row[2])), float(str(row[3]))
        shares[str(row[0]), str(row[1])] = (confirmed + TRUSTED) / (seen + TRUSTED)
    return shares


def _parts(catalogue: Catalogue, fault: Fault) -> tuple[str, ...]:
    type_name, problem = fault
    known = catalogue[type_name].problems.get(problem)
    return known.parts if known else ()


def _visited(days_to_visit: float | None, ends: Floats) -> Floats:
    """The chance that an open ticket is served in each week; one whose visit passed is due now."""
    if days_to_visit is None or days_to_visit < 0:
        return demand.done_by_week(ends)
    inside = (ends[:-1] <= days_to_visit) & (days_to_visit < ends[1:])
    return inside.astype(np.float64)


def _observed(connection: Connection, at: datetime) -> timedelta:
    """For how long of the history there were tickets at all."""
    row = connection.execute(_SQL["first"]).fetchone()
    first = row[0] if row and isinstance(row[0], datetime) else at
    return max(min(at - first, HISTORY), SHORTEST)


def _to_come(seen: float, span: timedelta, ends: Floats, confirmed: float) -> list[Stream]:
    """How many confirmed tickets that are still to be opened are served in each week."""
    rate = confirmed * seen / (span / timedelta(days=1))
    return [Stream(seen, rate * float(days)) for days in _served_days(ends)]


def _served_days(ends: Floats) -> Floats:
    """Of how many days' new tickets each week serves: the share that is due, week by week."""
    lengths = np.diff(ends)
    waiting, served = 0.0, []
    for length in lengths:
        # New ones come evenly, so that they wait half of their first week.
        keep = (1 - demand.DONE_A_WEEK) ** (length / demand.WEEK_DAYS)
        left = waiting * keep + length * keep**0.5
        served.append(waiting + length - left)
        waiting = left
    return np.array(served)
