"""Saying on a ticket's page what was found; works without scripts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api import region
from api.access import check_role
from api.console import ticket_page
from api.console.session import FilledIn
from api.console.ticket_page import TicketId
from api.console.verdict_card import Refused
from api.house import Served, Transaction
from api.user import Role
from runtime.errors import HearthwatchError, InvalidError
from tickets import verdict
from tickets.verdict import Finding, Verdict

router = APIRouter(prefix="/console/tickets")
Chosen = Annotated[str, Form(max_length=200)]


@router.post("/{ticket_id}/verdict")
def give(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    finding: Annotated[Finding, Form()],
    mode: Chosen = "",
    consumable: Chosen = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Record a verdict; what is refused is said beside the form."""
    check_role(asking.user, Role.TECHNICIAN)
    found = region.ticket_for(connection, asking.user, ticket_id)
    asked = filled_in(finding, mode, consumable, note.strip())
    try:
        check_named(asked)
        description, now = house.catalogue.get(found.type), house.clock.now()
        with connection.transaction():
            verdict.record(connection, found, description, asked, asking.user.name, now)
    except HearthwatchError as error:
        refused = Refused(asked, error)
        return ticket_page.render(request, house, connection, asking, found, refused=refused)
    return RedirectResponse(f"/console/tickets/{ticket_id}#verdict", HTTPStatus.SEE_OTHER)


def filled_in(finding: Finding, mode: str, consumable: str, note: str) -> Verdict:
    """A browser sends every list of the form, whichever finding was chosen."""
    return Verdict(
        finding=finding,
        mode=mode or None if finding is Finding.CONFIRMED else None,
        consumable=consumable or None if finding is Finding.REPLACED else None,
        note=note,
    )


def check_named(asked: Verdict) -> None:
    """Raise InvalidError where the form leaves out what its finding needs."""
    if asked.finding is Finding.CONFIRMED and asked.mode is None:
        raise InvalidError("say which fault was found")
    if asked.finding is Finding.REPLACED and asked.consumable is None:
        raise InvalidError("say which consumable was replaced")
