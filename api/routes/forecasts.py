"""/v1/appliances/{serial}/forecasts: what the models in use say of an appliance now."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api import forecast, problem, region, wording
from api.access import Viewer
from api.family import Family
from api.finding import Words
from api.from_row import FromRow
from api.house import Served, Transaction
from api.routes.appliances import Serial
from devices.catalogue.appliance_type import ApplianceType

router = APIRouter(prefix="/v1/appliances/{serial}/forecasts", tags=["appliances"])


class Chance(BaseModel):
    """How likely one problem is within the horizon."""

    problem: str = Field(examples=["poor_cooling"])
    title: Words | None = Field(description="null if the catalogue has the problem no more")
    probability: float

    @classmethod
    def of(cls, name: str, probability: float, description: ApplianceType | None) -> Chance:
        """One mode of a forecaster."""
        known = wording.find_problem(description, name)
        return cls(
            problem=name, title=Words.of(known.title) if known else None, probability=probability
        )


class Said(BaseModel):
    """What one model says."""

    family: str = Field(examples=["fault:24h"])
    version: int
    model_id: int
    state: str = Field(description="champion, or shadow of a model on trial")
    at: datetime = Field(description="Readings before this instant are told")
    score: float = Field(description="Higher needs somebody sooner; of faults the probability")
    threshold: float | None = Field(description="An anomaly from here on")
    horizon_h: float | None = Field(description="A fault within so many hours")
    problems: list[Chance] = Field(description="Of a fault, by problem, the likeliest first")
    observed: float | None = Field(description="Of a single metric, lately")
    expected: float | None = Field(description="Of that metric, in its context")

    @classmethod
    def of(cls, told: forecast.Said, description: ApplianceType | None) -> Said:
        """From what is kept of the last scoring."""
        horizon = Family.of(told.family).horizon
        return cls(
            family=told.family,
            version=told.version,
            model_id=told.model_id,
            state=told.state,
            at=told.at,
            score=told.score,
            threshold=told.number("threshold"),
            horizon_h=horizon.total_seconds() / 3600 if horizon else None,
            problems=[Chance.of(*chance, description) for chance in told.modes.items()],
            observed=told.number("observed"),
            expected=told.number("expected"),
        )


class Supply(FromRow):
    """How long a consumable will last; null where nobody can say."""

    consumable: str = Field(examples=["water_filter"])
    at: datetime
    used: float = Field(description="0 when new, 1 when spent")
    days_left: float | None
    days_low: float | None = Field(description="Lower end of what holds four times out of five")
    days_high: float | None = Field(description="Upper end")
    model_id: int | None = Field(
        description="The learned life that this rests on; null: as rated by the maker"
    )
    lives: int | None = Field(description="Lives that it was learned from")


class Forecasts(BaseModel):
    """All that is foretold of an appliance."""

    models: list[Said]
    consumables: list[Supply]


@router.get("", summary="Get the forecasts", responses=problem.responses(401, 404))
def show(connection: Transaction, asking: Viewer, house: Served, serial: Serial) -> Forecasts:
    """What the models in use said of it last, and how long its consumables will do."""
    found = region.appliance_for(connection, asking, serial)
    description = house.catalogue.get(found.type)
    return Forecasts(
        models=[Said.of(each, description) for each in forecast.said(connection, found.id)],
        consumables=[
            Supply.model_validate(each) for each in forecast.lasting(connection, found.id)
        ],
    )
