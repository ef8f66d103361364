"""/v1/kpis: the figures that the business asks for, and the reviews that poor ratings open."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api import audit, cursor, problem
from api.access import Dispatcher, Viewer
from api.from_row import FromRow
from api.house import House, Served, Transaction
from api.instant import Day, Instant
from api.user import User
from customers import household
from runtime import time_zone
from runtime.errors import InvalidError, NotFoundError
from storage.pool import Connection
from tickets.kpi import figure, review
from tickets.kpi.definition import By, Unit
from tickets.kpi.figure import AtRisk, Span

router = APIRouter(prefix="/v1", tags=["kpis"])
USUAL = timedelta(days=28)
Told = Instant | Day
From = Annotated[
    Told | None,
    Query(alias="from", description="A day, or an instant; without it 28 days before `until`"),
]
Until = Annotated[
    Told | None,
    Query(description="A day, which is not counted any more, or an instant; without it now"),
]
Zone = Annotated[
    str, Query(max_length=60, examples=["Asia/Shanghai"], description="Whose days and weeks count")
]
Region = Annotated[str | None, Query(max_length=200)]
ReviewId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[3])]


class Value(FromRow):
    """A value and what it rests on."""

    value: float | None = Field(description="null where nothing happened that it could rest on")
    high: float | None = Field(description="Of hours: nine of ten are no higher")
    hits: int
    cases: int


class Part(Value):
    """The value of one part."""

    part: str


class Figure(Value):
    """A figure as a whole, and in parts where it was broken down."""

    unit: Unit
    parts: list[Part]


class Figures(BaseModel):
    """All figures of a span of time; docs/kpis.md says what each one means."""

    since: datetime
    until: datetime
    zone: str
    region: str | None
    by: By | None
    figures: dict[str, Figure]


class HouseholdAtRisk(FromRow):
    """A household that may leave, and what its score of the last 90 days is made of."""

    household_id: int
    external_id: str
    name: str
    score: int
    faults: int
    returns: int
    late: int
    poor_ratings: int
    silent_appliances: int


class Review(FromRow):
    """A region's ratings that fell below what is acceptable."""

    id: int
    figure: str = Field(examples=["nps"])
    region: str
    value: float
    threshold: float
    ratings: int
    since: datetime
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    note: str


class Closing(BaseModel):
    """What came of a review."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    note: str = Field(min_length=1, max_length=2000, examples=["Two technicians short in May."])


@router.get("/kpis", summary="Figures", responses=problem.responses(401, 422))
def index(
    *,
    connection: Transaction,
    asking: Viewer,
    house: Served,
    since: From = None,
    until: Until = None,
    zone: Zone = "UTC",
    region: Region = None,
    by: By | None = None,
) -> Figures:
    """Every figure of a span, everywhere or in a region; a partner gets its own region's."""
    span = span_of(house, asking, since, until, zone, region)
    found = figure.measure(connection, house.catalogue, span, by)
    return Figures(
        since=span.since,
        until=span.until,
        zone=span.zone,
        region=span.region,
        by=by,
        figures={name: _shown(each) for name, each in found.items()},
    )


@router.get(
    "/kpis/households-at-risk",
    summary="Households that may leave",
    responses=problem.responses(401, 403),
)
def index_at_risk(
    connection: Transaction, asking: Dispatcher, house: Served, region: Region = None
) -> list[HouseholdAtRisk]:
    """The hundred with the highest scores as of now, with what each score is made of."""
    return named(connection, at_risk(connection, house, asking, region))


@router.get("/reviews", summary="Reviews", responses=problem.responses(401))
def index_reviews(connection: Transaction, asking: Viewer, region: Region = None) -> list[Review]:
    """Open ones first, then the newest; a hundred at most."""
    found = review.page(connection, asking.region or region)
    return [Review.model_validate(each) for each in found]


@router.post(
    "/reviews/{review_id}/close",
    summary="Close a review",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def close(
    connection: Transaction, asking: Dispatcher, house: Served, review_id: ReviewId, asked: Closing
) -> Review:
    """Say what came of it; ratings given until now open no other."""
    return Review.model_validate(closed(connection, house, asking, review_id, asked.note))


def closed(
    connection: Connection, house: House, asking: User, review_id: int, note: str
) -> review.Review:
    """The review, closed by this user; NotFoundError if it is of a region that is not theirs."""
    if not asking.sees(review.get(connection, review_id).region):
        raise NotFoundError(f"there is no review {review_id}")
    audit.record(connection, asking.name, "Review closed", str(review_id))
    return review.close(connection, review_id, asking.name, note, house.clock.now())


def span_of(
    house: House,
    asking: User,
    since: Told | None,
    until: Told | None,
    zone: str,
    region: str | None,
) -> Span:
    """What is asked about; InvalidError for a zone that is none and for a span that ends early."""
    if not time_zone.is_known(zone):
        raise InvalidError(f"there is no time zone {zone!r}", hint="give one such as Asia/Shanghai")
    ends = house.clock.now() if until is None else _instant(until, zone)
    begins = ends - USUAL if since is None else _instant(since, zone)
    return Span(begins, ends, asking.region or region, zone)


def _instant(told: Told, zone: str) -> datetime:
    if isinstance(told, datetime):
        return told
    return datetime.combine(told, time.min, ZoneInfo(zone))


def at_risk(connection: Connection, house: House, asking: User, region: str | None) -> list[AtRisk]:
    """The households that may leave, as of now."""
    now = house.clock.now()
    span = Span(now - USUAL, now, asking.region or region)
    return figure.at_risk(connection, house.catalogue, span)


def named(connection: Connection, found: list[AtRisk]) -> list[HouseholdAtRisk]:
    """Likewise, with the names that a person knows them by."""
    homes = household.by_ids(connection, [each.household_id for each in found])
    known = [(each, homes[each.household_id]) for each in found if each.household_id in homes]
    return [
        HouseholdAtRisk(external_id=home.external_id, name=home.name, **vars(each))
        for each, home in known
    ]


def _shown(found: figure.Figure) -> Figure:
    parts = [Part(part=name, **vars(each)) for name, each in found.parts.items()]
    return Figure(unit=found.unit, parts=parts, **vars(found.whole))
