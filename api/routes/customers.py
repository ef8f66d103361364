"""/v1/customers: households and all that is on record of them; for dispatchers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api import audit, cursor, etag, household_record, problem, region
from api.access import Dispatcher
from api.cursor import Page
from api.customer_answer import Household, HouseholdDetail
from api.house import Served, Transaction
from api.paging import Paging, pages_of
from customers import household

router = APIRouter(prefix="/v1/customers", tags=["customers"])
Paged = Annotated[Paging, Depends(pages_of("household"))]
HouseholdId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID)]


@router.get("", summary="List customers", responses=problem.responses(401, 403, 422))
def index(
    connection: Transaction,
    asking: Dispatcher,
    paging: Paged,
    region_: region.Asked = None,
) -> Page[Household]:
    """Households in the order in which they were added; a partner gets its region's."""
    found = household.page(
        connection,
        after_id=paging.after,
        limit=paging.rows,
        region=asking.region or region_,
    )
    shown, last = paging.cut(found)
    audit.saw(connection, asking.name, [each.id for each in shown], "GET /v1/customers")
    items = [Household.model_validate(each) for each in shown]
    return paging.page(items, last)


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
    house: Served,
    household_id: HouseholdId,
) -> HouseholdDetail | Response:
    """One household with everything on record: people, value, plans, appliances, history."""
    found = region.standing_household_for(connection, asking, household_id)
    record = household_record.of(connection, found, asking, house.clock.now())
    audit.saw(connection, asking.name, [found.id], "GET /v1/customers/{household_id}")
    return etag.answer(request, response, HouseholdDetail.of(record))
