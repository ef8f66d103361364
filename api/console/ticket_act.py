"""Doing what a form on a ticket's page asks for, and showing the ticket or what was refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from api import region
from api.access import check_role
from api.console import ticket_page
from api.console.session import FilledIn, Session
from api.console.ticket_page import TicketId
from api.house import House, Served, Transaction
from api.user import Role
from runtime.errors import HearthwatchError
from storage.pool import Connection
from tickets.ticket import Ticket

Act = Callable[[Ticket], int | None]
"""Does what a form asks for; the ticket to show afterwards, if it is another one."""


@dataclass(frozen=True)
class Sent:
    """A form of a ticket's page, and who sent it."""

    request: Request
    house: House
    connection: Connection
    asking: Session
    ticket_id: int

    @property
    def actor(self) -> str:
        """Who sent it, by name."""
        return self.asking.user.name

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self.house.clock.now()

    def done(self, role: Role, act: Act) -> Response:
        """Do what was asked for and show the ticket; what is refused is said on its page."""
        found = region.ticket_for(self.connection, self.asking.user, self.ticket_id)
        try:
            check_role(self.asking.user, role)
            with self.connection.transaction():
                shown = act(found)
        except HearthwatchError as error:
            return ticket_page.render(
                self.request, self.house, self.connection, self.asking, found, error=error
            )
        return RedirectResponse(f"/console/tickets/{shown or self.ticket_id}", HTTPStatus.SEE_OTHER)


def _sent(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
) -> Sent:
    return Sent(request, house, connection, asking, ticket_id)


TicketForm = Annotated[Sent, Depends(_sent)]
