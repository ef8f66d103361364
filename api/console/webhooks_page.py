"""Webhooks in the console: whether other systems are told, and which of them fails."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.access import check_role
from api.console import pages
from api.console.session import SignedIn
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.user import Role
from tickets.outside import endpoint, feed

router = APIRouter(prefix="/console/webhooks")
SHOWN = 50
"""Attempts on the page of an endpoint."""


@router.get("")
def index(request: Request, house: Served, connection: Transaction, asking: SignedIn) -> Response:
    """Every endpoint that the user sees, and how far it is."""
    check_role(asking.user, Role.DISPATCHER)
    return pages.render(
        request,
        "webhooks.html",
        asking,
        endpoints=endpoint.all_of(connection, asking.user.region),
        last=feed.bounds(connection).last,
        one=None,
        attempts=(),
        now=house.clock.now(),
    )


@router.get("/{endpoint_id}")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    endpoint_id: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
) -> Response:
    """One endpoint with what was sent to it of late."""
    check_role(asking.user, Role.DISPATCHER)
    found = endpoint.get(connection, endpoint_id, asking.user.region)
    return pages.render(
        request,
        "webhooks.html",
        asking,
        endpoints=[found],
        last=feed.bounds(connection).last,
        one=found,
        attempts=endpoint.attempts(connection, found.id, limit=SHOWN),
        now=house.clock.now(),
    )
