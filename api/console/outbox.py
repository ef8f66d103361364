"""The outbox: every notice as the customer reads it, and what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from alerts import notice
from api.access import check_role
from api.console import pages
from api.console.session import SignedIn
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.region import notices_for
from api.user import Role

router = APIRouter(prefix="/console/outbox")
PAGE = 40


@router.get("")
def index(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    before: Annotated[int | None, Query(ge=1, lt=LARGEST_ID)] = None,
) -> Response:
    """Notices, newest first."""
    check_role(asking.user, Role.DISPATCHER)
    found = notice.page(connection, before_id=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return pages.render(
        request,
        "outbox.html",
        asking,
        notices=notices_for(connection, asking.user, shown),
        following=shown[-1].id if len(found) > PAGE else None,
        now=house.clock.now(),
    )
