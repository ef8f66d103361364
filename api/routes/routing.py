"""/v1/routing: how tickets find technicians, and what was left to people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import audit, cursor, problem
from api.access import Dispatcher
from api.cursor import Limit, Page
from api.from_row import FromRow
from api.house import Served, Transaction
from api.paging import Paging, pages_of
from runtime.errors import NotFoundError
from tickets.routing import (
    choice_words,
    errand,
    run,
    service_region,
    trail,
    unrouted,
)
from tickets.routing.service_region import Scheduling, ServiceRegion

router = APIRouter(prefix="/v1/routing", tags=["routing"])
Paged = Annotated[Paging, Depends(pages_of("run"))]
NOWHERE = "-"
RegionName = Annotated[
    str, Path(max_length=200, description="`-` for no region", examples=["north"])
]


class Run(FromRow):
    """One run of the routing over a region."""

    id: int
    region: str
    at: datetime
    seconds: float
    tickets: int = Field(description="That wanted a visit")
    routed: int
    moved: int = Field(description="Visits that nobody had agreed to and that were changed")
    offered: int
    left_over: int
    skipped: int = Field(description="Changed by somebody meanwhile; the next run has them")
    cost: float = Field(description="Of the visits it set, in minutes of driving")
    one_by_one: float = Field(description="Of giving one ticket after the other to the best left")


class Left(BaseModel):
    """A ticket for which nobody could be found."""

    ticket_id: int
    serial: str
    type: str
    region: str
    problem: str
    severity: str
    safety: bool
    since: datetime
    reason: str = Field(examples=["no_skill"])
    facts: dict[str, Any]
    text: str = Field(examples=["No technician of north has the skill refrigeration."])


class Share(BaseModel):
    """How many tickets found their technician without a person."""

    since: datetime
    until: datetime
    tickets: int = Field(description="That were given a visit")
    by_human: int = Field(description="For which a person chose who goes, or when")
    without_human: float | None = Field(description="null without tickets")
    left: int = Field(description="Open tickets that wait for a person now")


class RegionAsked(BaseModel):
    """How visits in a region are set."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, allow_inf_nan=False)

    country: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="Its public holidays are days off"
    )
    subdivision: str | None = Field(default=None, max_length=10)
    time_zone: str = Field(default="UTC", max_length=100)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    scheduling: Scheduling = Field(
        default="book", description="book at once, offer the customer times first, or by_hand"
    )
    offer_tiers: list[str] = Field(default=[], description="Whose customers choose first anyway")
    days_off: list[date] = Field(default=[], max_length=400)


@router.get("/runs", summary="List runs", responses=problem.responses(401, 403, 422))
def runs(
    connection: Transaction,
    asking: Dispatcher,
    paging: Paged,
    region_: Annotated[str | None, Query(alias="region", max_length=200)] = None,
) -> Page[Run]:
    """Runs that changed something, the newest first; a partner gets its region's."""
    found = run.newest(
        connection,
        region=asking.region or region_,
        before_id=paging.begins,
        limit=paging.rows,
    )
    return paging.read(found, Run)


@router.post("/runs", status_code=202, summary="Route now", responses=problem.responses(401, 403))
def ask(connection: Transaction, asking: Dispatcher) -> Response:
    """Queue a run; it is done by the `work` process, which does so every minute anyway."""
    errand.ask(connection)
    audit.record(connection, asking.name, "routing.asked", "routing")
    return Response(status_code=202)


@router.get("/unrouted", summary="List what is left", responses=problem.responses(401, 403, 422))
def left(
    connection: Transaction,
    asking: Dispatcher,
    limit: Limit = 100,
    region_: Annotated[str | None, Query(alias="region", max_length=200)] = None,
) -> list[Left]:
    """Open tickets for which nobody could be found, the most urgent first, and why."""
    found = unrouted.page(connection, region=asking.region or region_, limit=limit)
    return [
        Left(
            **{name: value for name, value in vars(each).items() if name != "version"},
            text=choice_words.of_left(each.reason, each.facts, "en"),
        )
        for each in found
    ]


@router.get("/share", summary="Share routed", responses=problem.responses(401, 403, 422))
def share(
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    days: Annotated[int, Query(ge=1, le=366)] = 7,
    region_: Annotated[str | None, Query(alias="region", max_length=200)] = None,
) -> Share:
    """Of the tickets that were given a visit lately, how many needed a person to choose."""
    until = house.clock.now() + timedelta(microseconds=1)
    since = until - timedelta(days=days)
    asked = asking.region or region_
    found = trail.share(connection, since, until, asked)
    waiting = unrouted.page(connection, region=asked, limit=cursor.LARGEST_ID)
    return Share(
        since=since,
        until=until,
        tickets=found.tickets,
        by_human=found.by_human,
        without_human=found.without_human,
        left=len(waiting),
    )


@router.get(
    "/regions/{name}",
    summary="Get how a region is served",
    responses=problem.responses(401, 403, 404),
)
def show_region(connection: Transaction, asking: Dispatcher, name: RegionName) -> RegionAsked:
    """How visits in a region are set; the defaults where nobody has said anything."""
    wanted = "" if name == NOWHERE else name
    if not asking.sees(wanted) or wanted not in service_region.names(connection):
        raise NotFoundError(f"there is no region {name!r}")
    return RegionAsked.model_validate(service_region.of(connection, wanted))


@router.put(
    "/regions/{name}",
    summary="Say how a region is served",
    responses=problem.responses(401, 403, 404, 422),
)
def change_region(
    connection: Transaction, asking: Dispatcher, name: RegionName, asked: RegionAsked
) -> RegionAsked:
    """Set all of it; the next run goes by it."""
    wanted = "" if name == NOWHERE else name
    if not asking.sees(wanted):
        raise NotFoundError(f"there is no region {name!r}")
    service_region.set_(connection, ServiceRegion(wanted, **asked.model_dump()))
    errand.ask(connection)
    audit.record(connection, asking.name, "region.changed", f"region:{wanted}")
    return RegionAsked.model_validate(service_region.of(connection, wanted))
