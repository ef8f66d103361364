"""How many of each part and consumable each region needs in the coming weeks, as last forecast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
from psycopg.rows import class_row

from devices.catalogue.folder import Catalogue
from models import consumable_demand, demand
from models.arrays import Floats
from models.consumable_demand import Chances
from models.demand import Need, Stream
from storage import lock, query
from storage.pool import Connection
from tickets.fleet import part_demand
from tickets.fleet.part_demand import Needed, PartInRegion

_SQL = query.beside(__file__)
Kind = Literal["consumable", "part"]
LEAST_EXPECTED = 0.05
"""What is expected less often in all the weeks together is not listed."""


@dataclass(frozen=True)
class Week:
    """How many of a part are needed in a week; the interval holds four times out of five."""

    kind: Kind
    """A consumable is replaced by the customer, a part is fitted by a technician."""
    part_number: str
    week: date
    """Its Monday."""
    expected: float
    low: int
    high: int
    made_at: datetime


@dataclass(frozen=True)
class _Item:
    kind: Kind
    part_number: str
    region: str | None
    """None for all of them together."""
    needs: tuple[Need, ...]
    """By week."""


def forecast(connection: Connection, catalogue: Catalogue, at: datetime) -> int:
    """Forecast anew as of `at`, in the caller's transaction; return the number of rows kept."""
    lock.acquire(connection, "demand")
    items = [
        *_consumables(consumable_demand.weekly(connection, catalogue, at)),
        *_parts(part_demand.weekly(connection, catalogue, at)),
    ]
    listed = [each for each in items if sum(need.expected for need in each.needs) >= LEAST_EXPECTED]
    connection.execute(_SQL["forget"])
    return _keep(connection, listed, at)


def of_region(connection: Connection, region: str | None, weeks: int = demand.WEEKS) -> list[Week]:
    """The forecast for a region, or for all together, by part and week, from its first week on."""
    row = connection.execute(_SQL["first_week"]).fetchone()
    if row is None or not isinstance(row[0], date):
        return []
    until = row[0] + timedelta(weeks=weeks)
    with connection.cursor(row_factory=class_row(Week)) as cursor:
        return cursor.execute(_SQL["of_region"], {"region": region, "until": until}).fetchall()


def regions(connection: Connection) -> list[str]:
    """Those for which there is a forecast."""
    return [str(row[0]) for row in connection.execute(_SQL["regions"]).fetchall()]


def _consumables(told: Sequence[Chances]) -> Iterator[_Item]:
    """One part number may serve several types."""
    by_part: dict[str, list[Chances]] = defaultdict(list)
    for each in told:
        by_part[each.part_number].append(each)
    for part, all_of_it in by_part.items():
        names = np.array([name for each in all_of_it for name in each.regions])
        chances = np.concatenate([each.chances for each in all_of_it])
        places = {str(name): names == name for name in np.unique(names)}
        for region, rows in [(None, slice(None)), *places.items()]:
            yield _Item("consumable", part, region, _needs(chances[rows], ()))


def _parts(needed: Mapping[PartInRegion, Needed]) -> Iterator[_Item]:
    together: dict[str, Needed] = defaultdict(Needed)
    for (part, region), one in needed.items():
        together[part].chances.extend(one.chances)
        together[part].streams.extend(one.streams)
        yield _Item("part", part, region, _needs(_stacked(one.chances), one.streams))
    for part, one in together.items():
        yield _Item("part", part, None, _needs(_stacked(one.chances), one.streams))


def _stacked(chances: Sequence[Floats]) -> Floats:
    return np.stack(chances) if chances else np.zeros((0, demand.WEEKS))


def _needs(chances: Floats, streams: Sequence[Sequence[Stream]]) -> tuple[Need, ...]:
    return tuple(
        demand.total(chances[:, week], [each[week] for each in streams])
        for week in range(demand.WEEKS)
    )


def _keep(connection: Connection, items: Sequence[_Item], at: datetime) -> int:
    starts = demand.mondays(at)
    rows = [(item, *each) for item in items for each in zip(starts, item.needs, strict=True)]
    return connection.execute(
        _SQL["keep"],
        {
            "at": at,
            "kinds": [item.kind for item, _, _ in rows],
            "parts": [item.part_number for item, _, _ in rows],
            "regions": [item.region for item, _, _ in rows],
            "weeks": [monday for _, monday, _ in rows],
            "expected": [need.expected for _, _, need in rows],
            "low": [need.low for _, _, need in rows],
            "high": [need.high for _, _, need in rows],
        },
    ).rowcount
