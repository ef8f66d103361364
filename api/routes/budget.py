"""/v1/budget: what a visit and a failure cost in a region, and what other settings would bring."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts import budget as budgets
from alerts import worth
from alerts.budget import Setting
from api import etag, problem
from api.access import Dispatcher
from api.etag import IfMatch
from api.from_row import FromRow
from api.house import Served, Transaction
from api.user import User
from runtime.errors import NotFoundError
from storage.pool import Connection
from tickets.gating import outlook

router = APIRouter(prefix="/v1/budget", tags=["budget"])
NOWHERE = "-"
"""Stands in an address for appliances without a region."""
RegionName = Annotated[
    str, Path(max_length=200, description="`-` for appliances without a region", examples=["north"])
]


class Asked(BaseModel):
    """What somebody sets."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    enforced: bool = Field(description="Whether findings may be held back at all")
    visit_cost: float = Field(ge=0, le=1e9, examples=[80])
    failure_cost: float = Field(
        ge=0, le=1e9, examples=[600], description="Of a failure of high severity, not prevented"
    )
    warranty_months: int = Field(ge=0, le=600, examples=[24])
    goodwill: float = Field(
        ge=0, le=1, examples=[0.3], description="Our share of a failure's cost out of warranty"
    )
    visits_a_day: int | None = Field(ge=0, le=1_000_000, description="null for no bound")
    bias: float = Field(
        ge=0.01, le=100, examples=[1], description="Above 1 a failure weighs more than it costs"
    )


class Budget(Asked):
    """The budget of a region."""

    region: str
    version: int = Field(description="0 where nobody has set anything")
    changed_at: datetime | None
    changed_by: str | None


class Band(FromRow):
    """How likely findings of a kind prove true."""

    kind: str
    band: int = Field(description="0 for the lowest scores")
    prior: float = Field(description="The bet before any verdict")
    verdicts: int
    probability: float


class Point(FromRow):
    """What one setting of the bias is expected to bring."""

    bias: float
    threshold: float = Field(description="Least probability, of high severity and in warranty")
    visits_a_day: float
    precision: float | None
    caught: float | None
    cost_a_day: float


class Outlook(FromRow):
    """The findings of the last weeks, judged by other settings."""

    findings: int
    days: float
    guessed: bool = Field(description="Too few verdicts: the priors carry the figures")
    bands: list[Band]
    points: list[Point]


@router.get(
    "/{region}",
    summary="Get a region's budget",
    response_model=Budget,
    responses=problem.responses(401, 403, 404),
)
def show(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    region: RegionName,
) -> Budget | Response:
    """What is set; its ETag is needed to change it."""
    return etag.answer(request, response, _shown(setting_for(connection, asking, region)))


@router.put(
    "/{region}",
    summary="Set a region's budget",
    responses=problem.responses(401, 403, 404, 409, 412, 422, 428),
)
def change(
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    house: Served,
    region: RegionName,
    asked: Asked,
    if_match: IfMatch = None,
) -> Budget:
    """Set all of it, based on the version that you saw; the audit keeps both."""
    seen = setting_for(connection, asking, region)
    etag.check(_shown(seen), if_match)
    wanted = worth.Budget(**asked.model_dump())
    made = _shown(budgets.change(connection, seen, wanted, asking.name, house.clock.now()))
    response.headers["ETag"] = etag.of(made)
    return made


@router.get(
    "/{region}/outlook",
    summary="What other settings would bring",
    responses=problem.responses(401, 403, 404),
)
def expect(
    connection: Transaction, asking: Dispatcher, house: Served, region: RegionName
) -> Outlook:
    """Expected precision, visits, failures caught and cost, by the findings of the last weeks."""
    seen = setting_for(connection, asking, region)
    now = house.clock.now()
    found = outlook.of_region(connection, house.catalogue, seen.region, seen.budget, now)
    return Outlook.model_validate(found)


def setting_for(connection: Connection, asking: User, name: str) -> Setting:
    """The setting; NotFoundError if there is no such region for this user."""
    region = "" if name == NOWHERE else name
    if not asking.sees(region) or region not in budgets.regions(connection):
        raise NotFoundError(f"no appliance is in a region {name!r}")
    return budgets.of_regions(connection, [region])[region]


def _shown(seen: Setting) -> Budget:
    return Budget(
        **asdict(seen.budget),
        region=seen.region,
        version=seen.version,
        changed_at=seen.changed_at,
        changed_by=seen.changed_by,
    )
