"""/v1/customers: households, their people and their appliances; for dispatchers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import cursor, etag, problem, region
from api.access import Dispatcher
from api.cursor import Cursor, Limit, Page
from api.house import Transaction
from customers import contact, household, ownership
from devices import appliance

router = APIRouter(prefix="/v1/customers", tags=["customers"])


class Household(BaseModel):
    """A customer's home."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    external_id: str = Field(examples=["H-000042"])
    name: str
    address: str
    region: str
    time_zone: str = Field(examples=["Asia/Shanghai"])
    tier: str


class Contact(BaseModel):
    """A person of a household."""

    model_config = ConfigDict(from_attributes=True)

    external_id: str
    name: str
    phone: str | None
    email: str | None
    language: str
    is_primary: bool
    consents: list[str] = Field(default=[], description="Purposes that the person agreed to")


class Owned(BaseModel):
    """An appliance of a household."""

    model_config = ConfigDict(from_attributes=True)

    serial: str
    type: str
    model: str


class HouseholdDetail(Household):
    """A household with its people and appliances."""

    contacts: list[Contact]
    appliances: list[Owned]


@router.get("", summary="List customers", responses=problem.responses(401, 403, 422))
def index(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    limit: Limit = 100,
    cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
    region_: Annotated[str | None, Query(alias="region")] = None,
) -> Page[Household]:
    """Households in the order in which they were added; a partner gets its region's."""
    found = household.page(
        connection,
        after_id=cursor.position(cursor_, "household") or 0,
        limit=limit + 1,
        region=asking.region or region_,
    )
    shown, last = cursor.cut(found, limit)
    items = [Household.model_validate(each) for each in shown]
    return cursor.page(request, response, "household", items, last)


@router.get(
    "/{household_id}",
    summary="Get a customer",
    response_model=HouseholdDetail,
    responses=problem.responses(401, 403, 404),
)
def show(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    household_id: Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID)],
) -> HouseholdDetail | Response:
    """One household with its contacts, their consents, and its appliances."""
    found = region.household_for(connection, asking, household_id)
    contacts = [
        Contact.model_validate(each).model_copy(
            update={"consents": sorted(contact.consents(connection, each.id))}
        )
        for each in contact.of_household(connection, found.id)
    ]
    owned = appliance.by_ids(connection, ownership.devices_of(connection, found.id))
    detail = HouseholdDetail(
        **Household.model_validate(found).model_dump(),
        contacts=contacts,
        appliances=[Owned.model_validate(each) for each in owned.values()],
    )
    return etag.answer(request, response, detail)
