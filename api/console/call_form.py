"""A call that is logged on a customer's page: it opens a ticket, joins one, or is only kept."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api import region
from api.access import check_role
from api.console import customer_pages
from api.console.customer_pages import HouseholdId
from api.console.session import FilledIn
from api.house import Served, Transaction
from api.user import Role
from runtime.errors import HearthwatchError
from tickets.conversation import intake, interaction
from tickets.conversation.caller import Told
from tickets.conversation.intake import Report
from tickets.conversation.interaction import Channel

router = APIRouter(prefix="/console/customers/{household_id}")


@router.post("/call")
def log(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    household_id: HouseholdId,
    channel: Annotated[Channel, Form()],
    serial: Annotated[str, Form(max_length=200)] = "",
    code: Annotated[str, Form(max_length=200)] = "",
    text: Annotated[str, Form(max_length=interaction.LONGEST)] = "",
    question: Annotated[bool, Form()] = False,
) -> Response:
    """Take down what somebody of the household said, and show the ticket that it belongs to."""
    check_role(asking.user, Role.DISPATCHER)
    found = region.household_for(connection, asking.user, household_id)
    told = Told(
        serial=serial.strip() or None,
        household_id=found.id,
        code=code.strip() or None,
        region=asking.user.region,
        trouble=not question,
    )
    report = Report(channel=channel, text=text, actor=asking.user.name, told=told)
    try:
        with connection.transaction():
            taken = intake.report(connection, house.catalogue, report, house.clock.now())
    except HearthwatchError as error:
        return customer_pages.render(request, house, connection, asking, found, error)
    where = f"customers/{found.id}" if taken.ticket_id is None else f"tickets/{taken.ticket_id}"
    return RedirectResponse(f"/console/{where}", HTTPStatus.SEE_OTHER)
