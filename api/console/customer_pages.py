"""Customers: the list of households, and one with everything on record of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import audit, household_record, region, wording
from api.access import check_role
from api.console import language, pages
from api.console.household_summary import summaries
from api.console.session import Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.user import Role
from customers import household, value
from customers.duplicates import merging
from customers.household import Household
from runtime.errors import HearthwatchError
from storage.pool import Connection

router = APIRouter(prefix="/console/customers")
PAGE = 50
HouseholdId = Annotated[int, Path(ge=1, lt=LARGEST_ID)]


@router.get("")
def index(
    request: Request,
    connection: Transaction,
    asking: SignedIn,
    after: Annotated[int, Query(ge=0, lt=LARGEST_ID)] = 0,
) -> Response:
    """Households in the order in which they were added."""
    check_role(asking.user, Role.DISPATCHER)
    found = household.page(connection, after_id=after, limit=PAGE + 1, region=asking.user.region)
    shown = found[:PAGE]
    ids = [each.id for each in shown]
    audit.saw(connection, asking.user.name, ids, "the list of customers")
    return pages.render(
        request,
        "customers.html",
        asking,
        households=shown,
        summaries=summaries(connection, ids),
        values=value.of(connection, ids),
        following=shown[-1].id if len(found) > PAGE else None,
    )


@router.get("/{household_id}")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    household_id: HouseholdId,
) -> Response:
    """One household; who asks for one that was merged is led to what it is now."""
    check_role(asking.user, Role.DISPATCHER)
    found = region.household_for(connection, asking.user, household_id)
    survivor = merging.survivor_of(connection, found.id)
    if survivor is not None:
        return RedirectResponse(f"/console/customers/{survivor}", HTTPStatus.SEE_OTHER)
    audit.saw(connection, asking.user.name, [found.id], "the page of a customer")
    return render(request, house, connection, asking, found)


def render(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    found: Household,
    error: HearthwatchError | None = None,
) -> Response:
    """The page of a household, with what was refused if anything was."""
    spoken = language.chosen(request)
    record = household_record.of(connection, found, asking.user, house.clock.now())
    return pages.render(
        request,
        "household.html",
        asking,
        status=error.status if error else HTTPStatus.OK,
        error=error,
        record=record,
        types={name: each.title.language(spoken) for name, each in house.catalogue.items()},
        tickets=[
            (each, wording.problem_title(house.catalogue.get(each.type), each.problem, spoken))
            for each in record.tickets
        ],
        now=house.clock.now(),
    )
