"""/v1/appliances: which there are, whose they are, and what was last heard of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api import etag, heard, problem, region, whose
from api.access import Viewer
from api.cursor import Page
from api.from_row import FromRow
from api.house import Served, Transaction
from api.paging import Paging, pages_of
from api.user import User
from customers import household, ownership
from devices import appliance, telemetry
from devices.catalogue.appliance_type import ApplianceType
from runtime.errors import InvalidError
from storage.pool import Connection

router = APIRouter(prefix="/v1/appliances", tags=["appliances"])
Paged = Annotated[Paging, Depends(pages_of("appliance"))]
Serial = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["RF-000042"])]


class Appliance(FromRow):
    """A registered appliance."""

    serial: str = Field(examples=["RF-000042"])
    type: str = Field(examples=["refrigerator"])
    model: str
    firmware: str
    installed_on: date | None
    region: str
    registered_at: datetime
    retired_at: datetime | None
    batch: str = Field(description="Production batch; empty where it is not known")


class Owner(FromRow):
    """The household that an appliance belongs to."""

    id: int
    external_id: str
    name: str = Field(description="The external id instead, for viewers")
    tier: str


class LastReading(BaseModel):
    """The newest reading; metrics that it did not report are missing."""

    time: datetime
    values: dict[str, float] = Field(examples=[{"fridge_temp_c": 4.2, "door_open": 0}])

    @classmethod
    def of(cls, row: pd.Series[Any], description: ApplianceType) -> LastReading:
        """From a row as `devices.telemetry` reads it."""
        values = row[list(description.metrics)].dropna()
        return cls(
            time=row["time"].to_pydatetime(),
            values={str(name): float(value) for name, value in values.items()},
        )


class ApplianceDetail(Appliance):
    """An appliance with its owner and what was last heard of it."""

    owner: Owner | None
    presence: str | None = Field(
        description="online or offline, as it said last; offline, too, once it is silent"
    )
    presence_at: datetime | None
    last_reading: LastReading | None


@router.get("", summary="List appliances", responses=problem.responses(401, 422))
def index(
    *,
    connection: Transaction,
    asking: Viewer,
    house: Served,
    paging: Paged,
    type_: Annotated[str | None, Query(alias="type", examples=["refrigerator"])] = None,
    region_: region.Asked = None,
) -> Page[Appliance]:
    """Appliances in the order in which they were registered; a partner gets its region's."""
    if type_ is not None and type_ not in house.catalogue:
        raise InvalidError(
            f"there is no type {type_!r}", hint=f"known: {', '.join(house.catalogue)}"
        )
    found = appliance.page(
        connection,
        after_id=paging.after,
        limit=paging.rows,
        type_name=type_,
        region=asking.region or region_,
    )
    return paging.read(found, Appliance)


@router.get(
    "/{serial}",
    summary="Get an appliance",
    response_model=ApplianceDetail,
    responses=problem.responses(401, 404),
)
def show(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Viewer,
    house: Served,
    serial: Serial,
) -> ApplianceDetail | Response:
    """One appliance by its serial number, with owner, presence and last reading."""
    found = region.appliance_for(connection, asking, serial)
    state = heard.of(connection, [found.id])[found.id]
    detail = ApplianceDetail(
        **Appliance.model_validate(found).model_dump(),
        owner=_owner(connection, found.id, asking),
        presence=state.presence,
        presence_at=state.presence_at,
        last_reading=_last_reading(
            connection, house.catalogue.get(found.type), found.id, state.last_reading_at
        ),
    )
    return etag.answer(request, response, detail)


def _owner(connection: Connection, device_id: int, asking: User) -> Owner | None:
    household_id = ownership.households_of(connection, [device_id]).get(device_id)
    if household_id is None:
        return None
    home = household.get(connection, household_id)
    return Owner.model_validate(whose.called(home, asking))


def _last_reading(
    connection: Connection,
    description: ApplianceType | None,
    device_id: int,
    last_reading_at: datetime | None,
) -> LastReading | None:
    """Nothing for a type that the catalogue no longer has."""
    if description is None or last_reading_at is None:
        return None
    frame = telemetry.last_before(connection, description, device_id, last_reading_at)
    if frame.empty:
        return None
    return LastReading.of(frame.iloc[0], description)
