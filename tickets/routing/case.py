"""What there is to route: tickets, technicians, their openings, and the visits that stay. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tickets.routing.travel import Place


@dataclass(frozen=True)
class Start:
    """A technician and a time; what a visit may have been given."""

    technician: str
    begins_at: datetime


@dataclass(frozen=True)
class Job:
    """A ticket that wants a visit."""

    ticket_id: int
    type: str
    problem: str
    skills: tuple[str, ...]
    parts: tuple[str, ...]
    """Those that the likely causes ask for."""
    place: Place
    weight: float
    """How much an hour of waiting matters: about 1, for safety 10."""
    safety: bool
    not_before: datetime
    due_at: datetime
    only: str | None = None
    """The technician whom somebody chose."""
    only_at: datetime | None = None
    """The time that somebody chose."""
    now_at: Start | None = None
    """The visit as it stands; moving it costs."""


@dataclass(frozen=True)
class Member:
    """A technician as far as choosing one goes."""

    name: str
    home: Place
    types: frozenset[str] = frozenset()
    skills: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    """What is in the van, for the visits that stay too."""
    visits_a_day: int = 5


@dataclass(frozen=True)
class Opening:
    """A time at which a technician could begin a visit."""

    technician: str
    day: date
    """By the technician's own calendar."""
    begins_at: datetime
    ends_at: datetime

    @property
    def start(self) -> Start:
        """Whose and when."""
        return Start(self.technician, self.begins_at)


@dataclass(frozen=True)
class Booked(Opening):
    """A visit that stays as it is."""

    place: Place
    parts: tuple[str, ...] = ()
    """Those that it is likely to take out of the van."""


@dataclass(frozen=True)
class Case:
    """All of a region at one time."""

    region: str
    now: datetime
    jobs: tuple[Job, ...]
    crew: tuple[Member, ...]
    openings: tuple[Opening, ...]
    booked: tuple[Booked, ...] = ()
