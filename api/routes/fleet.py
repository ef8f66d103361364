"""/v1/fleet: faults that rise in a part of the fleet, and the demand for parts and consumables."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api import cursor, etag, problem
from api.access import Viewer
from api.cursor import Page
from api.from_row import FromRow
from api.house import Transaction
from api.paging import Paging, pages_of
from models import demand
from tickets.fleet import demand_forecast, outbreak
from tickets.fleet.demand_forecast import Kind

router = APIRouter(prefix="/v1/fleet", tags=["fleet"])
Paged = Annotated[Paging, Depends(pages_of("fleet-problem"))]
ProblemId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[3])]
MOST_TICKETS = 500


class Times(BaseModel):
    """How many times as often, with an interval that holds in 95 of 100 cases."""

    value: float
    low: float
    high: float


class Coming(BaseModel):
    """Appliances expected to follow, with an interval that holds four times out of five."""

    expected: float
    low: int
    high: int


class FleetProblem(BaseModel):
    """A fault that rises in the appliances that have something in common."""

    id: int
    type: str = Field(examples=["refrigerator"])
    problem: str = Field(examples=["poor_cooling"])
    model: str | None = Field(description="null: whichever")
    firmware: str | None
    batch: str | None
    region: str | None
    opened_at: datetime
    first_seen_at: datetime
    judged_at: datetime = Field(description="The figures count up to here")
    quiet_since: datetime | None = Field(description="No excess since; null while there is one")
    closed_at: datetime | None
    chance: float = Field(description="Of so many by luck, allowing for all that was tried")
    devices: int = Field(description="Appliances in service that it is about")
    cases: int = Field(description="Of these, with a new ticket in the last 28 days")
    usual: float = Field(description="So many were to be expected")
    past: Times | None = Field(description="Against its own past; null where there is none")
    rest: Times = Field(description="Against the rest of the fleet in the same time")
    coming: Coming
    tickets: int = Field(description="Single tickets that it holds and you may see")
    open_tickets: int


class FleetProblemDetail(FleetProblem):
    """A fleet problem with its newest tickets."""

    ticket_ids: list[int] = Field(description=f"The newest {MOST_TICKETS} that you may see")


class DemandWeek(FromRow):
    """How many are needed in a week, with an interval that holds four times out of five."""

    week: date = Field(description="Its Monday")
    expected: float
    low: int
    high: int


class DemandItem(BaseModel):
    """The demand for one part number."""

    kind: Kind = Field(description="A consumable is replaced by customers, a part by technicians")
    part_number: str
    weeks: list[DemandWeek]


class Demand(BaseModel):
    """The demand of a region, or of all together."""

    region: str | None = Field(description="null: all regions together")
    made_at: datetime | None = Field(description="null before the first forecast")
    items: list[DemandItem]


@router.get("/problems", summary="List fleet problems", responses=problem.responses(401, 422))
def index(
    *,
    connection: Transaction,
    asking: Viewer,
    paging: Paged,
    open_only: Annotated[bool, Query(alias="open", description="Only those not closed")] = False,
) -> Page[FleetProblem]:
    """Faults on the rise, newest first; a partner gets those with tickets in its region."""
    found = outbreak.page(
        connection,
        before_id=paging.begins,
        limit=paging.rows,
        open_only=open_only,
        region=asking.region,
    )
    shown, last = paging.cut(found)
    items = [FleetProblem(**_fields(each)) for each in shown]
    return paging.page(items, last)


@router.get(
    "/problems/{problem_id}",
    summary="Get a fleet problem",
    response_model=FleetProblemDetail,
    responses=problem.responses(401, 404),
)
def show(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Viewer,
    problem_id: ProblemId,
) -> FleetProblemDetail | Response:
    """One fleet problem with the single tickets that it holds."""
    found = outbreak.get(connection, problem_id, asking.region)
    held = outbreak.tickets(connection, found.id, region=asking.region, limit=MOST_TICKETS)
    detail = FleetProblemDetail(**_fields(found), ticket_ids=[each.id for each in held])
    return etag.answer(request, response, detail)


@router.get("/demand", summary="Get the demand", responses=problem.responses(401, 422))
def needed(
    connection: Transaction,
    asking: Viewer,
    region_: Annotated[str | None, Query(alias="region")] = None,
    weeks: Annotated[int, Query(ge=1, le=demand.WEEKS)] = demand.WEEKS,
) -> Demand:
    """Parts and consumables by week, from this one on; a partner gets its region's."""
    wanted = asking.region or region_
    rows = demand_forecast.of_region(connection, wanted, weeks)
    return Demand(
        region=wanted,
        made_at=rows[0].made_at if rows else None,
        items=[
            DemandItem(
                kind=kind,
                part_number=part_number,
                weeks=[DemandWeek.model_validate(each) for each in of_part],
            )
            for (kind, part_number), of_part in groupby(
                rows, lambda row: (row.kind, row.part_number)
            )
        ],
    )


def _fields(found: outbreak.Outbreak) -> dict[str, object]:
    """What the API tells of an outbreak: its figures grouped."""
    past = None
    if found.past_ratio is not None:
        past = {"value": found.past_ratio, "low": found.past_low, "high": found.past_high}
    return {
        **vars(found),
        "past": past,
        "rest": {"value": found.rest_ratio, "low": found.rest_low, "high": found.rest_high},
        "coming": {
            "expected": found.coming,
            "low": found.coming_low,
            "high": found.coming_high,
        },
    }
