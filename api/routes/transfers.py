"""/v1/appliances/{serial}/owner: an appliance changes hands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api import audit, problem, region
from api.access import Dispatcher
from api.house import Served, Transaction
from customers import handing_over, household
from runtime.errors import InvalidError
from tickets import handed_over

router = APIRouter(prefix="/v1/appliances/{serial}/owner", tags=["appliances"])


class Owner(BaseModel):
    """Whose it is from now on."""

    model_config = ConfigDict(extra="forbid")

    household: str | None = Field(
        description="The household's external id; null for nobody's", examples=["H-000042"]
    )


class Transferred(BaseModel):
    """What followed from it."""

    since: datetime
    cancelled_tickets: list[int] = Field(description="Open tickets of the home it left")


@router.put("", summary="Hand an appliance over", responses=problem.responses(401, 403, 404, 422))
def put(
    connection: Transaction,
    house: Served,
    asking: Dispatcher,
    serial: Annotated[str, Path(max_length=64)],
    asked: Owner,
) -> Transferred:
    """Give an appliance to another household, which sees nothing from before; nor does the old one.

    Open tickets of the old household are cancelled.
    """
    found = region.appliance_for(connection, asking, serial)
    number = None
    if asked.household is not None:
        number = household.ids_of(connection, [asked.household]).get(asked.household)
        home = household.by_ids(connection, [number] if number else [])
        if number is None or not asking.sees(home[number].region):
            raise InvalidError(
                f"no household has the id {asked.household!r}", hint="import the customer first"
            )
    now = house.clock.now()
    handing_over.transfer(connection, found.id, number, now)
    audit.record(connection, asking.name, "appliance.transferred", f"appliance:{found.id}")
    ended = handed_over.end_of(connection, house.clock, found.id, asking.name)
    return Transferred(since=now, cancelled_tickets=ended)
