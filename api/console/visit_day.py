"""A technician's days: the visits in order of time, where they are, and how far apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from api import visiting, wording
from api.user import Role, User
from customers import household, profile
from customers.household import Household
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets.routing import travel
from tickets.routing.travel import Place
from tickets.visits import visit
from tickets.visits.visit import Visit

AHEAD = timedelta(days=14)
BEHIND = timedelta(days=1)
"""Visits that are over are shown for so long, and those that are late."""
MOST = 500
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Stop:
    """One visit of a day."""

    visit: Visit
    title: str
    kind: str
    """The appliance's type, in words."""
    home: Household | None
    """Where to go; None for a viewer, once the visit is over, or if nobody is registered."""
    begins: datetime
    """In the home's own time."""
    ends: datetime
    minutes: int | None
    """From the stop before on that day, if both places are known."""


def of(
    connection: Connection,
    catalogue: Catalogue,
    asking: User,
    technician: str | None,
    now: datetime,
    spoken: str,
) -> dict[date, list[Stop]]:
    """The stops of the coming days, by day; a technician gets their own."""
    found = visit.page(
        connection,
        limit=MOST,
        region=asking.region,
        technician=visiting.whose(asking, technician),
        since=now - BEHIND,
        until=now + AHEAD,
    )
    shown = [each for each in found if each.state != visit.State.CANCELLED]
    stops = _stops(connection, catalogue, shown, spoken)
    if not asking.role.covers(Role.TECHNICIAN):
        stops = [replace(each, home=None) for each in stops]
    stops.sort(key=lambda each: (each.begins.date(), each.visit.begins_at, each.visit.id))
    return {day: list(each) for day, each in groupby(stops, lambda each: each.begins.date())}


def _stops(
    connection: Connection, catalogue: Catalogue, visits: Sequence[Visit], spoken: str
) -> list[Stop]:
    numbers = [each.household_id for each in visits if each.household_id is not None]
    homes = household.by_ids(connection, numbers)
    minutes = _ways(visits, _places(connection, numbers), homes)
    stops = []
    for each in visits:
        home = homes.get(each.household_id or 0)
        zone = _zone(home)
        title = wording.problem_title(catalogue.get(each.type), each.problem, spoken)
        stops.append(
            Stop(
                visit=each,
                title=title,
                kind=wording.type_title(catalogue, each.type, spoken),
                home=home if each.live else None,
                begins=each.begins_at.astimezone(zone),
                ends=each.ends_at.astimezone(zone),
                minutes=minutes.get(each.id),
            )
        )
    return stops


def _ways(
    visits: Sequence[Visit], places: Mapping[int, Place], homes: Mapping[int, Household]
) -> dict[int, int]:
    """Minutes to each visit from the one before it, of the same technician and day."""
    ways: dict[int, int] = {}
    last: dict[tuple[str | None, date], Place] = {}
    for each in sorted(visits, key=lambda each: each.begins_at):
        number = each.household_id or 0
        day = each.technician, each.begins_at.astimezone(_zone(homes.get(number))).date()
        here = places.get(number)
        if here is None:
            continue
        if day in last:
            ways[each.id] = round(travel.minutes(last[day], here))
        last[day] = here
    return ways


def _places(connection: Connection, households: Sequence[int]) -> dict[int, Place]:
    return {
        number: Place(each.latitude, each.longitude)
        for number, each in profile.of(connection, households).items()
        if each.latitude is not None and each.longitude is not None
    }


def _zone(home: Household | None) -> ZoneInfo:
    return ZoneInfo(home.time_zone) if home else UTC_ZONE
