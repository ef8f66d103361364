"""What the desk promises: which answer by when, for which ticket, on which calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from devices.catalogue.appliance_type import Severity
from runtime import time_zone
from runtime.errors import ConflictError
from storage import lock, query
from storage.pool import Connection
from tickets.sla import calendar
from tickets.sla.calendar import Place, Terms, Weekly

_SQL = query.beside(__file__)
_SHIPPED = Path(__file__).with_name("policy.yaml")
Tier = Literal["standard", "silver", "gold", "platinum"]
TIERS: tuple[Tier, ...] = get_args(Tier)
Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
MINUTE = timedelta(minutes=1)
LONGEST_MIN = 366 * 1440
MOST_WEEKS = 5 * 52
"""Of a calendar's hours that a promise may take: far less than a clock looks ahead."""
_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Promise(BaseModel):
    """How soon which tickets are answered and done, in minutes of business time."""

    model_config = _STRICT

    safety: bool | None = Field(default=None, description="null: whether or not")
    severity: tuple[Severity, ...] | None = Field(default=None, description="null: any")
    tier: tuple[Tier, ...] | None = Field(default=None, description="null: any")
    calendar: str
    first_response_minutes: int = Field(ge=1, le=LONGEST_MIN)
    resolution_minutes: int = Field(ge=1, le=LONGEST_MIN)

    def fits(self, case: Case) -> bool:
        """Whether it is made for such a ticket."""
        return (
            self.safety in {None, case.safety}
            and (self.severity is None or case.severity in self.severity)
            and (self.tier is None or case.tier in self.tier)
        )

    @property
    def unconditional(self) -> bool:
        """Whether it fits every ticket."""
        return self.safety is None and self.severity is None and self.tier is None


class Reviews(BaseModel):
    """When the ratings of a region are so poor that somebody should look into it."""

    model_config = _STRICT

    days: int = Field(default=28, ge=1, le=366, description="The ratings of so many days count")
    fewest: int = Field(default=10, ge=1, description="With fewer ratings nothing is opened")
    nps_below: float = Field(default=0, ge=-100, le=100)
    csat_below: float = Field(default=0.7, ge=0, le=1)


class Policy(BaseModel):
    """Everything that is promised."""

    model_config = _STRICT

    calendars: dict[Name, Weekly] = Field(description="Hours by weekday; not named is closed")
    round_the_clock: tuple[str, ...] = Field(
        default=(), description="Calendars that know no holidays"
    )
    regions: dict[Name, Place] = Field(default={}, description="Zone and holidays of each region")
    elsewhere: Place = Field(default=Place(), description="Of regions that are not named")
    promises: tuple[Promise, ...] = Field(min_length=1, description="The first that fits counts")
    warn_at: float = Field(default=0.75, gt=0, lt=1, description="Share of the time to warn at")
    reviews: Reviews = Reviews()

    @field_validator("calendars")
    @classmethod
    def _check_hours(cls, value: dict[str, Weekly]) -> dict[str, Weekly]:
        for name, weekly in value.items():
            if not _open_min(weekly):
                raise ValueError(f"the calendar {name!r} is never open")
        return value

    @model_validator(mode="after")
    def _check_names(self) -> Policy:
        used = {*(each.calendar for each in self.promises), *self.round_the_clock}
        unknown = sorted(used - set(self.calendars))
        if unknown:
            raise ValueError(f"there is no calendar {', '.join(unknown)}")
        if not self.promises[-1].unconditional:
            raise ValueError("the last promise must fit every ticket: give it no condition")
        for each in self.promises:
            longest = max(each.first_response_minutes, each.resolution_minutes)
            if longest > MOST_WEEKS * _open_min(self.calendars[each.calendar]):
                raise ValueError(f"{longest} minutes of {each.calendar!r} are more than five years")
        return self


def _open_min(weekly: Weekly) -> int:
    """Minutes a week; ValueError for hours that are none."""
    return sum(ends - begins for day in weekly.values() for begins, ends in calendar.hours(day))


@dataclass(frozen=True)
class Case:
    """What a promise depends on."""

    severity: str
    safety: bool
    tier: str
    region: str
    time_zone: str


@dataclass(frozen=True)
class Target:
    """What is promised in one case."""

    terms: Terms
    first_response: timedelta
    resolution: timedelta
    warn_at: float


@dataclass(frozen=True)
class Kept:
    """The policy that holds; version 0 is the one that we ship."""

    version: int
    policy: Policy
    at: datetime | None = None
    actor: str | None = None


def target(policy: Policy, case: Case) -> Target:
    """What is promised in this case."""
    promise = next(each for each in policy.promises if each.fits(case))
    place = policy.regions.get(case.region, policy.elsewhere)
    name = promise.calendar
    if name in policy.round_the_clock:
        place = Place(time_zone=place.time_zone)
    zoned = place.model_copy(update={"time_zone": place.time_zone or _known(case.time_zone)})
    return Target(
        Terms(calendar=name, weekly=policy.calendars[name], place=zoned),
        promise.first_response_minutes * MINUTE,
        promise.resolution_minutes * MINUTE,
        policy.warn_at,
    )


def _known(zone: str) -> str:
    """The zone of a home, as long as there is such a one: a ticket must not fail for it."""
    return zone if time_zone.is_known(zone) else "UTC"


def current(connection: Connection) -> Kept:
    """The policy that holds now."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SQL["current"]).fetchone()
    if row is None:
        return Kept(0, shipped())
    return Kept(row["version"], _read(row["document"]), row["at"], row["actor"])


@lru_cache(maxsize=1)
def shipped() -> Policy:
    """The policy that comes with the program."""
    return Policy.model_validate(yaml.safe_load(_SHIPPED.read_text(encoding="utf-8")))


@lru_cache(maxsize=8)
def _read(text: str) -> Policy:
    return Policy.model_validate_json(text)


def change(connection: Connection, policy: Policy, actor: str, at: datetime, *, seen: int) -> Kept:
    """Let another policy hold from now on; clocks that run keep the promise they were given.

    `seen` is the version that somebody had before them; ConflictError if it is another by now.
    """
    lock.acquire(connection, "sla policy")
    if current(connection).version != seen:
        raise ConflictError(
            "what is promised was changed by somebody else", hint="load the page again"
        )
    document = Jsonb(policy.model_dump(mode="json"))
    connection.execute(_SQL["change"], {"at": at, "actor": actor, "document": document})
    return current(connection)
