"""The technicians who serve the simulated fleet: who they are, what they can do, their vans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product

import numpy as np

from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import OFFLINE, problem_of
from simulator.people import CHINESE, ENGLISH
from simulator.place import PLACES, SPREAD_DEGREES, Place
from storage.pool import Connection
from tickets.routing import service_region, technician, van
from tickets.routing.service_region import ServiceRegion

LEAST = 2
"""Technicians a region, so that one may be away."""
HOMES_EACH = 60
HOURS = "mon-fri 08:00-18:00; sat 09:00-15:00"
VISITS_A_DAY = 6
IN_STOCK = 0.96
"""Chance that a van holds a part at all."""
PIECES = 4
CHOOSERS = ("gold", "platinum")
"""Whose customers are asked for a time first; others get one and may move it."""


def hire(
    connection: Connection, catalogue: Catalogue, homes: int, seed: int, at: datetime
) -> list[str]:
    """Put regions, technicians and vans on record; return the technicians' names."""
    rng = np.random.default_rng([seed, 97])
    each_region = max(LEAST, homes // (HOMES_EACH * len(PLACES)))
    hired: list[str] = []
    for region, place in PLACES.items():
        service_region.set_(connection, _region(region, place))
        names = _names(place, region, each_region, rng)
        technician.upsert(connection, [_entry(n, region, catalogue, rng) for n in names], at)
        for name in names:
            van.load(connection, name, _load(catalogue, rng))
        hired += names
    return hired


def _region(name: str, place: Place) -> ServiceRegion:
    return ServiceRegion(
        name,
        country=place.country,
        time_zone=place.time_zone,
        latitude=place.latitude,
        longitude=place.longitude,
        offer_tiers=list(CHOOSERS),
    )


def _names(place: Place, region: str, count: int, rng: np.random.Generator) -> list[str]:
    """No two alike: names tell technicians apart."""
    chinese = place.language.startswith("zh")
    firsts, families = CHINESE if chinese else ENGLISH
    pairs = list(product(firsts, families))
    chosen = rng.permutation(len(pairs))[: min(count, len(pairs))]
    glue = "" if chinese else " "
    order = [(pairs[n][1], pairs[n][0]) if chinese else pairs[n] for n in chosen]
    return [f"{glue.join(each)} ({region})" for each in order]


def _entry(
    name: str, region: str, catalogue: Catalogue, rng: np.random.Generator
) -> technician.Entry:
    place = PLACES[region]
    return technician.Entry(
        name=name,
        skills={skill: int(rng.integers(1, 4)) for skill in sorted(_skills(catalogue))},
        hours=HOURS,
        region=region,
        time_zone=place.time_zone,
        latitude=round(place.latitude + SPREAD_DEGREES * float(rng.standard_normal()), 4),
        longitude=round(place.longitude + SPREAD_DEGREES * float(rng.standard_normal()), 4),
        visits_a_day=VISITS_A_DAY,
    )


def _skills(catalogue: Catalogue) -> set[str]:
    found: set[str] = set()
    for description in catalogue.values():
        found.update(*(each.skills for each in description.problems.values()))
        found.update(*(each.skills for each in description.fault_codes.values()))
        found.update(problem_of(description, OFFLINE).skills)
    return found


def _load(catalogue: Catalogue, rng: np.random.Generator) -> dict[str, int]:
    return {part: PIECES for part in _part_numbers(catalogue) if rng.random() < IN_STOCK}


def _part_numbers(catalogue: Catalogue) -> Sequence[str]:
    def named() -> Iterator[str]:
        for description in catalogue.values():
            for problem in description.problems.values():
                yield from problem.parts
            for code in description.fault_codes.values():
                yield from code.parts

    return sorted(set(named()))
