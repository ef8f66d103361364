"""How a region is served: its holidays, its middle, and whether customers choose first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

import holidays
from psycopg.rows import class_row

from customers.household import TIERS
from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection
from tickets.routing import technician
from tickets.routing.calendar import DaysOff
from tickets.routing.travel import Place

_SQL = query.beside(__file__)
Scheduling = Literal["book", "offer", "by_hand"]


@dataclass(frozen=True)
class ServiceRegion:
    """How visits in a region are set."""

    name: str
    country: str | None = None
    """Two letters, for its public holidays."""
    subdivision: str | None = None
    time_zone: str = "UTC"
    latitude: float | None = None
    longitude: float | None = None
    scheduling: Scheduling = "book"
    offer_tiers: list[str] = field(default_factory=list)
    """Whose customers choose first, where others are booked at once."""
    days_off: list[date] = field(default_factory=list)

    @property
    def middle(self) -> Place | None:
        """Where a home is taken to be whose place is not known."""
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude)

    @property
    def closed(self) -> DaysOff:
        """The days on which nobody works."""
        return DaysOff(self.country, self.subdivision, frozenset(self.days_off))

    def scheduling_of(self, tier: str | None) -> Scheduling:
        """How a visit to a household of this tier is set."""
        offered = self.scheduling == "book" and tier in self.offer_tiers
        return "offer" if offered else self.scheduling


def of(connection: Connection, name: str) -> ServiceRegion:
    """How a region is served; the defaults where nobody has set anything."""
    with connection.cursor(row_factory=class_row(ServiceRegion)) as cursor:
        found = cursor.execute(_SQL["of"], {"name": name}).fetchone()
    return found or ServiceRegion(name)


def set_(connection: Connection, wanted: ServiceRegion) -> None:
    """Say how a region is served; InvalidError names what cannot be."""
    _check_holidays(wanted)
    technician.zone(wanted.time_zone)
    if wanted.scheduling not in get_args(Scheduling):
        raise InvalidError(f"scheduling is one of {', '.join(get_args(Scheduling))}")
    unknown = sorted(set(wanted.offer_tiers) - set(TIERS))
    if unknown:
        raise InvalidError(f"there is no tier {unknown[0]!r}", hint=f"tiers: {', '.join(TIERS)}")
    if (wanted.latitude is None) != (wanted.longitude is None):
        raise InvalidError("a place needs both latitude and longitude")
    connection.execute(_SQL["set"], vars(wanted))


def _check_holidays(wanted: ServiceRegion) -> None:
    known = holidays.list_supported_countries()
    if wanted.country is None:
        if wanted.subdivision is not None:
            raise InvalidError("a subdivision needs its country")
        return
    if wanted.country not in known:
        raise InvalidError(
            f"no holidays are known of a country {wanted.country!r}",
            hint="give two letters such as GB or CN, or none and list `days_off`",
        )
    parts = known[wanted.country]
    if wanted.subdivision is not None and wanted.subdivision not in parts:
        named = ", ".join(parts) or "none"
        raise InvalidError(
            f"{wanted.country} has no subdivision {wanted.subdivision!r}", hint=f"known: {named}"
        )


def names(connection: Connection) -> list[str]:
    """Every region there is, by name."""
    return [str(row[0]) for row in connection.execute(_SQL["names"]).fetchall()]
