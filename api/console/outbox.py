"""The outbox: every notice as the customer reads it, what became of it, and who is not reached."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from alerts.notices import notice, reach
from alerts.notices.delivery import MARK
from api import audit, region
from api.access import check_role
from api.console import pages
from api.console.session import FilledIn, SignedIn
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.user import Role
from customers import household

router = APIRouter(prefix="/console/outbox")
PAGE = 40
STATES = ("queued", "sent", "withheld", "failed")


@router.get("")
def index(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    before: Annotated[int | None, Query(ge=1, lt=LARGEST_ID)] = None,
    state: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Notices, newest first; of one state if it is asked for."""
    check_role(asking.user, Role.DISPATCHER)
    chosen = state if state in STATES else None
    own = asking.user.region
    found = notice.page(connection, before_id=before, limit=PAGE + 1, state=chosen, region=own)
    shown = found[:PAGE]
    shut = reach.disabled(connection, region=own)
    seen = [each.household_id for each in shown] + [each.household_id for each in shut]
    audit.saw(connection, asking.user.name, seen, "the outbox")
    return pages.render(
        request,
        "outbox.html",
        asking,
        notices=shown,
        following=shown[-1].id if len(found) > PAGE else None,
        now=house.clock.now(),
        mark=MARK,
        states=STATES,
        chosen=chosen,
        unreachable=shut,
        homes=household.names(connection, {each.household_id for each in shut}),
    )


@router.post("/retry")
def retry(
    connection: Transaction,
    asking: FilledIn,
    contact_id: Annotated[int, Form(ge=1, le=LARGEST_ID)],
    channel: Annotated[str, Form(max_length=40)],
) -> Response:
    """Let a channel of a contact be tried again."""
    check_role(asking.user, Role.DISPATCHER)
    region.contact_for(connection, asking.user, contact_id)
    if reach.enable(connection, contact_id, channel):
        what = f"channel {channel} enabled"
        audit.record(connection, asking.user.name, what, f"contact:{contact_id}")
    return RedirectResponse("/console/outbox", HTTPStatus.SEE_OTHER)
