"""Doing what a form on a ticket's page asks for, and showing the ticket or what was refused."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api import region
from api.access import check_role
from api.console import ticket_page
from api.console.session import Session
from api.house import House
from api.user import Role
from runtime.errors import HearthwatchError
from storage.pool import Connection
from tickets.ticket import Ticket

Act = Callable[[Ticket], int | None]
"""Does what a form asks for; the ticket to show afterwards, if it is another one."""


def done(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    ticket_id: int,
    role: Role,
    act: Act,
) -> Response:
    """Do what was asked for and show the ticket; what is refused is said on its page."""
    found = region.ticket_for(connection, asking.user, ticket_id)
    try:
        check_role(asking.user, role)
        with connection.transaction():
            shown = act(found)
    except HearthwatchError as error:
        return ticket_page.render(request, house, connection, asking, found, error=error)
    return RedirectResponse(f"/console/tickets/{shown or ticket_id}", HTTPStatus.SEE_OTHER)
