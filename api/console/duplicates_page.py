"""Households that look like one, for somebody to decide: merge, tell apart, undo."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import audit, region
from api.access import check_role
from api.console import customer_pages, pages
from api.console.customer_pages import HouseholdId
from api.console.household_summary import summaries
from api.console.session import FilledIn, Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.routes import duplicates
from api.user import Role
from customers import household
from customers.duplicates import likeness
from runtime.errors import HearthwatchError
from storage.pool import Connection

router = APIRouter(prefix="/console/customers")
PAGE = 20
LIST = "/console/customers/duplicates"
Id = Annotated[int, Form(ge=1, lt=LARGEST_ID)]


@router.get("/duplicates")
def show(
    request: Request,
    connection: Transaction,
    asking: SignedIn,
    after: Annotated[int, Query(ge=0, lt=LARGEST_ID)] = 0,
) -> Response:
    """The list, the likest first."""
    check_role(asking.user, Role.DISPATCHER)
    return _render(request, connection, asking, after)


@router.post("/duplicates")
def tell_apart(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    first_id: Id,
    second_id: Id,
) -> Response:
    """They are two: do not bring them up again."""
    check_role(asking.user, Role.DISPATCHER)
    try:
        duplicates.tell_apart(connection, house, asking.user, first_id, second_id)
    except HearthwatchError as error:
        return _render(request, connection, asking, 0, error)
    return RedirectResponse(LIST, HTTPStatus.SEE_OTHER)


@router.post("/merges")
def merge(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    survivor_id: Id,
    merged_id: Id,
) -> Response:
    """They are one: the page of the one that is kept shows it, and how to undo it."""
    check_role(asking.user, Role.DISPATCHER)
    try:
        with connection.transaction():
            duplicates.join(connection, house, asking.user, survivor_id, merged_id, "")
    except HearthwatchError as error:
        return _render(request, connection, asking, 0, error)
    return RedirectResponse(f"/console/customers/{survivor_id}", HTTPStatus.SEE_OTHER)


@router.post("/merges/{merge_id}/undo")
def undo(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    merge_id: HouseholdId,
) -> Response:
    """Two households again; what is refused is said on the survivor's page."""
    check_role(asking.user, Role.DISPATCHER)
    survivor = region.merge_for(connection, asking.user, merge_id).survivor_id
    found = region.household_for(connection, asking.user, survivor)
    try:
        with connection.transaction():
            duplicates.part(connection, house, asking.user, merge_id)
    except HearthwatchError as error:
        return customer_pages.render(request, house, connection, asking, found, error)
    return RedirectResponse(f"/console/customers/{survivor}", HTTPStatus.SEE_OTHER)


def _render(
    request: Request,
    connection: Connection,
    asking: Session,
    after: int,
    error: HearthwatchError | None = None,
) -> Response:
    found = likeness.page(connection, region=asking.user.region, after=after, limit=PAGE + 1)
    pairs = found[:PAGE]
    ids = sorted({number for each in pairs for number in (each.first_id, each.second_id)})
    audit.saw(connection, asking.user.name, ids, "the list of duplicates")
    return pages.render(
        request,
        "duplicates.html",
        asking,
        status=error.status if error else HTTPStatus.OK,
        error=error,
        pairs=pairs,
        homes=household.by_ids(connection, ids),
        summaries=summaries(connection, ids),
        following=after + PAGE if len(found) > PAGE else None,
    )
