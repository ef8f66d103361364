"""The board of a region: its technicians by days with their visits, and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api import wording
from api.console import words
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets.routing import (
    absence,
    choice_words,
    pin,
    service_region,
    supply,
    technician,
    trail,
    unrouted,
)
from tickets.routing.absence import Absence
from tickets.routing.pin import Pin
from tickets.routing.technician import Technician
from tickets.routing.trail import Choice, Share
from tickets.routing.unrouted import Unrouted
from tickets.visits import visit
from tickets.visits.visit import Visit

DAYS = 5
SHARE_OF = timedelta(days=7)
MOST_LEFT = 100


@dataclass(frozen=True)
class Stop:
    """A visit on the board, by its technician's own time."""

    visit: Visit
    title: str
    type: str
    at: datetime
    pin: Pin | None
    choice: Choice | None


@dataclass(frozen=True)
class Cell:
    """A technician's day."""

    day: date
    stops: Sequence[Stop]
    away: bool
    closed: bool
    """Nobody of the region works."""


@dataclass(frozen=True)
class Row:
    """A technician's days."""

    technician: Technician
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Left:
    """A ticket that is left, in words."""

    ticket: Unrouted
    title: str
    type: str
    why: str


@dataclass(frozen=True)
class Board:
    """What a page shows."""

    region: str
    days: Sequence[date]
    rows: Sequence[Row]
    left: Sequence[Left]
    share: Share
    zone: ZoneInfo
    """Of the region, or of its first technician."""


def of(
    connection: Connection,
    catalogue: Catalogue,
    name: str,
    first: date | None,
    now: datetime,
    spoken: str,
) -> Board:
    """The board of a region from a day on; from today on without one."""
    crew = technician.of_region(connection, name)
    region = service_region.of(connection, name)
    zone = technician.zone(crew[0].time_zone if crew else region.time_zone)
    start = first or now.astimezone(zone).date()
    days = [start + timedelta(days=number) for number in range(DAYS)]
    return Board(
        name,
        days,
        list(_rows(connection, catalogue, crew, days, spoken)),
        _left(connection, catalogue, name, spoken),
        trail.share(connection, now - SHARE_OF, now + timedelta(microseconds=1), name),
        zone,
    )


def _rows(
    connection: Connection,
    catalogue: Catalogue,
    crew: Sequence[Technician],
    days: Sequence[date],
    spoken: str,
) -> Iterator[Row]:
    names = [each.name for each in crew]
    # A day of margin on both sides: days begin at other instants in other zones.
    since = datetime.combine(days[0] - timedelta(days=1), datetime.min.time(), ZoneInfo("UTC"))
    until = since + timedelta(days=DAYS + 3)
    visits = visit.calendar(connection, names, since, until)
    stops = _stops(connection, catalogue, crew, visits, spoken)
    absences = absence.between(connection, names, since, until)
    closed = {
        each.region: supply.days_off(connection, service_region.of(connection, each.region))
        for each in crew
    }
    for each in crew:
        zone = technician.zone(each.time_zone)
        away = [found for found in absences if found.technician == each.name]
        cells = [
            Cell(
                day,
                stops[each.name, day],
                any(_covers(found, day, zone) for found in away),
                day in closed[each.region],
            )
            for day in days
        ]
        yield Row(each, cells)


def _stops(
    connection: Connection,
    catalogue: Catalogue,
    crew: Sequence[Technician],
    visits: Sequence[Visit],
    spoken: str,
) -> Mapping[tuple[str, date], list[Stop]]:
    zones = {each.name: technician.zone(each.time_zone) for each in crew}
    ids = [each.ticket_id for each in visits]
    pins, choices = pin.of(connection, ids), trail.latest(connection, ids)
    found: dict[tuple[str, date], list[Stop]] = defaultdict(list)
    for each in visits:
        name = each.technician or ""
        at = each.begins_at.astimezone(zones[name])
        stop = Stop(
            each,
            wording.problem_title(catalogue.get(each.type), each.problem, spoken),
            wording.type_title(catalogue, each.type, spoken),
            at,
            pins.get(each.ticket_id),
            choices.get(each.ticket_id),
        )
        found[name, at.date()].append(stop)
    return found


def _covers(found: Absence, day: date, zone: ZoneInfo) -> bool:
    return found.begins_at.astimezone(zone).date() <= day <= found.ends_at.astimezone(zone).date()


def _left(connection: Connection, catalogue: Catalogue, name: str, spoken: str) -> list[Left]:
    return [
        Left(
            each,
            wording.problem_title(catalogue.get(each.type), each.problem, spoken),
            wording.type_title(catalogue, each.type, spoken),
            choice_words.of_left(each.reason, each.facts, spoken, _names(catalogue, each, spoken)),
        )
        for each in unrouted.page(connection, region=name, limit=MOST_LEFT)
    ]


def _names(catalogue: Catalogue, left: Unrouted, spoken: str) -> dict[str, str]:
    """The type in the reader's words; skills are said by the page's own words."""
    told = {left.type: wording.type_title(catalogue, left.type, spoken)}
    for skill in left.facts.get("skills", ()):
        title = skill.replace("_", " ").capitalize()
        told[skill] = words.say(title, spoken)
    return told
