"""Customers: the list of households, and one with its people, appliances and tickets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api import region, wording
from api.access import check_role
from api.console import language, pages
from api.console.household_summary import summaries
from api.console.session import SignedIn
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.user import Role
from customers import contact, household, ownership
from devices import appliance, device_state
from tickets import ticket

router = APIRouter(prefix="/console/customers")
PAGE = 50


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
    return pages.render(
        request,
        "customers.html",
        asking,
        households=shown,
        summaries=summaries(connection, [each.id for each in shown]),
        following=shown[-1].id if len(found) > PAGE else None,
    )


@router.get("/{household_id}")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    household_id: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
) -> Response:
    """One household."""
    check_role(asking.user, Role.DISPATCHER)
    found = region.household_for(connection, asking.user, household_id)
    spoken = language.chosen(request)
    ids = ownership.devices_of(connection, found.id)
    tickets = ticket.page(connection, household_id=found.id, limit=50)
    return pages.render(
        request,
        "household.html",
        asking,
        household=found,
        contacts=[
            (each, sorted(contact.consents(connection, each.id)))
            for each in contact.of_household(connection, found.id)
        ],
        appliances=list(appliance.by_ids(connection, ids).values()),
        heard=device_state.of(connection, ids),
        types={name: each.title.language(spoken) for name, each in house.catalogue.items()},
        tickets=[
            (each, wording.problem_title(house.catalogue.get(each.type), each.problem, spoken))
            for each in tickets
        ],
        now=house.clock.now(),
    )
