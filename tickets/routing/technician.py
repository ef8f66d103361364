"""Technicians: where they work, what they can do, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from runtime import time_zone
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import query
from storage.pool import Connection
from tickets.routing import hours, skill
from tickets.routing.travel import Place

_SQL = query.beside(__file__)
MOST_VISITS_A_DAY = 24


@dataclass(frozen=True)
class Technician:
    """A technician as stored."""

    name: str
    external_id: str | None
    region: str
    types: list[str]
    """Appliance types that they know; none means every type."""
    skills: list[str]
    levels: list[int]
    latitude: float | None
    longitude: float | None
    time_zone: str
    hours: str
    visits_a_day: int
    active: bool

    @property
    def level_of(self) -> dict[str, int]:
        """How well they can do what, 1 to 3."""
        return dict(zip(self.skills, self.levels, strict=True))

    @property
    def home(self) -> Place | None:
        """Where they set out from, if that is known."""
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude)


@dataclass(frozen=True)
class Entry:
    """What is told of a technician."""

    name: str
    skills: Mapping[str, int]
    """Skills and problems of the catalogue, and how well, 1 to 3."""
    hours: str
    region: str = ""
    time_zone: str = "UTC"
    types: Sequence[str] = field(default=())
    latitude: float | None = None
    longitude: float | None = None
    visits_a_day: int = 5
    active: bool = True
    external_id: str | None = None


def upsert(connection: Connection, entries: Sequence[Entry], at: datetime) -> None:
    """Add or update technicians by external id or, without one, by name.

    Raises InvalidError for what cannot be, ConflictError for a name that is somebody else's.
    """
    known = {each.name: each for each in named(connection, [entry.name for entry in entries])}
    for entry in entries:
        check(entry)
        _check_same(entry, known.get(entry.name))
        try:
            with connection.transaction():
                _write(connection, entry, at)
        except UniqueViolation as error:
            raise ConflictError(
                f"there is another technician named {entry.name!r}",
                hint="names tell technicians apart: add a letter or a number",
            ) from error


def _write(connection: Connection, entry: Entry, at: datetime) -> None:
    if entry.external_id is not None:
        connection.execute(_SQL["rename"], {"name": entry.name, "external_id": entry.external_id})
    known = dict(sorted(entry.skills.items()))
    connection.execute(
        _SQL["upsert"],
        {
            **vars(entry),
            "types": sorted(entry.types),
            "skills": list(known),
            "levels": list(known.values()),
            "at": at,
        },
    )


def _check_same(entry: Entry, found: Technician | None) -> None:
    """Two people of one name, by their ids, must not become one."""
    if entry.external_id is None or found is None:
        return
    if found.external_id not in {None, entry.external_id}:
        raise ConflictError(
            f"there is another technician named {entry.name!r}, with id {found.external_id!r}",
            hint="names tell technicians apart: add a letter or a number",
        )


def check(entry: Entry) -> None:
    """Raise InvalidError for what cannot be."""
    if not entry.name.strip():
        raise InvalidError("a technician needs a name")
    if not entry.skills:
        raise InvalidError(
            "a technician needs a skill", hint="name skills or problems of the catalogue"
        )
    if not all(1 <= level <= skill.BEST for level in entry.skills.values()):
        raise InvalidError(f"a skill's level is 1 to {skill.BEST}")
    if not 1 <= entry.visits_a_day <= MOST_VISITS_A_DAY:
        raise InvalidError(f"visits a day are 1 to {MOST_VISITS_A_DAY}")
    _check_place(entry)
    hours.read(entry.hours)
    zone(entry.time_zone)


def _check_place(entry: Entry) -> None:
    if (entry.latitude is None) != (entry.longitude is None):
        raise InvalidError("a place needs both latitude and longitude")
    if entry.latitude is None or entry.longitude is None:
        return
    if not (-90 <= entry.latitude <= 90 and -180 <= entry.longitude <= 180):  # noqa: PLR2004 - degrees
        raise InvalidError("there is no such place", hint="give degrees: 51.45 and -2.6")


def zone(name: str) -> ZoneInfo:
    """Give the time zone; InvalidError if nobody knows it."""
    if not time_zone.is_known(name):
        raise InvalidError(
            f"there is no time zone {name!r}", hint="give an IANA name such as Asia/Shanghai"
        )
    return ZoneInfo(name)


def get(connection: Connection, name: str) -> Technician:
    """One technician; NotFoundError if there is none."""
    found = named(connection, [name])
    if not found:
        raise NotFoundError(f"there is no technician {name!r}")
    return found[0]


def named(connection: Connection, names: Sequence[str]) -> list[Technician]:
    """Those of `names` who are known, active or not."""
    return _technicians(connection, "named", names=list(names))


def of_region(connection: Connection, region: str) -> list[Technician]:
    """The active technicians of a region, and of no other."""
    return _technicians(connection, "of_region", region=region)


def page(
    connection: Connection, *, after: str = "", limit: int = 100, region: str | None = None
) -> list[Technician]:
    """Up to `limit` technicians whose names come after `after`."""
    return _technicians(connection, "page", after=after, limit=limit, region=region)


def _technicians(connection: Connection, block: str, **asked: object) -> list[Technician]:
    with connection.cursor(row_factory=class_row(Technician)) as cursor:
        return cursor.execute(_SQL[block], asked).fetchall()
