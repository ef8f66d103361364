"""Who could go, and when: technicians with their openings, and the visits that stay."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets.routing import absence, demand, openings, technician, travel, van
from tickets.routing.calendar import DaysOff, Span
from tickets.routing.case import Booked, Member, Opening
from tickets.routing.service_region import ServiceRegion
from tickets.routing.technician import Technician
from tickets.routing.travel import Place
from tickets.sla import policy
from tickets.visits import visit
from tickets.visits.visit import Visit

HORIZON_DAYS = 10
"""How far ahead visits are set."""
NOWHERE = Place(0.0, 0.0)
"""Where everybody is if no place at all is known: all ways are equally long then."""
LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True)
class Supply:
    """The technicians of a region."""

    technicians: tuple[Technician, ...]
    crew: tuple[Member, ...]
    openings: tuple[Opening, ...]
    booked: tuple[Booked, ...]
    elsewhere: Place
    """Where a home is taken to be whose place is not known."""
    away: Mapping[str, Sequence[Span]]
    """When each is absent."""


def of_region(
    connection: Connection,
    catalogue: Catalogue,
    region: ServiceRegion,
    now: datetime,
    freed: Collection[int] = (),
    asked: Collection[datetime] = (),
) -> Supply:
    """Those who work in a region; the times of tickets in `freed` count as open.

    Times in `asked` are openings of whoever works then, though no visit begins then as a rule.
    """
    found = technician.of_region(connection, region.name)
    names = [each.name for each in found]
    until = now + timedelta(days=HORIZON_DAYS + 1)
    stay = [
        each
        for each in visit.calendar(connection, names, now - LOOK_BACK, until)
        if each.ticket_id not in freed
    ]
    homes = demand.places(connection, [each.household_id for each in stay])
    elsewhere = region.middle or _middle([*homes.values(), *_known_homes(found)])
    away: dict[str, list[Span]] = {name: [] for name in names}
    for each in absence.between(connection, names, now, until):
        away[each.technician].append(each)
    closed = days_off(connection, region)
    stock = van.stock(connection, names)
    return Supply(
        tuple(found),
        tuple(_member(each, stock[each.name], elsewhere) for each in found),
        tuple(_openings(found, stay, away, closed, now, asked)),
        tuple(_booked(catalogue, found, stay, homes, elsewhere)),
        elsewhere,
        away,
    )


def days_off(connection: Connection, region: ServiceRegion) -> DaysOff:
    """When nobody of the region works: as set here, or else as the promises to customers say."""
    if region.country is not None or region.days_off:
        return region.closed
    held = policy.current(connection).policy
    place = held.regions.get(region.name, held.elsewhere)
    return DaysOff(
        place.country, place.subdivision, frozenset(place.closed_on), frozenset(place.open_on)
    )


def _known_homes(technicians: Sequence[Technician]) -> list[Place]:
    return [each.home for each in technicians if each.home is not None]


def _middle(known: Sequence[Place]) -> Place:
    return travel.middle(known) or NOWHERE


def _member(found: Technician, stock: Mapping[str, int], elsewhere: Place) -> Member:
    return Member(
        name=found.name,
        home=found.home or elsewhere,
        types=frozenset(found.types),
        skills=found.level_of,
        parts=stock,
        visits_a_day=found.visits_a_day,
    )


def _openings(
    technicians: Sequence[Technician],
    stay: Sequence[Visit],
    away: Mapping[str, Sequence[Span]],
    closed: DaysOff,
    now: datetime,
    asked: Collection[datetime],
) -> Iterator[Opening]:
    for found in technicians:
        visits = [
            Span(each.begins_at, each.ends_at) for each in stay if each.technician == found.name
        ]
        taken = [*visits, *away[found.name]]
        yield from openings.of(found, taken, closed, now, HORIZON_DAYS, asked)


def _booked(
    catalogue: Catalogue,
    technicians: Sequence[Technician],
    stay: Sequence[Visit],
    homes: Mapping[int, Place],
    elsewhere: Place,
) -> Iterator[Booked]:
    zones = {each.name: technician.zone(each.time_zone) for each in technicians}
    for each in stay:
        if each.technician is not None:
            yield Booked(
                each.technician,
                each.begins_at.astimezone(zones[each.technician]).date(),
                each.begins_at,
                each.ends_at,
                homes.get(each.household_id or 0, elsewhere),
                # What a visit that is done has taken is out of the van already.
                demand.needs(catalogue, each.type, each.problem)[1] if each.live else (),
            )
