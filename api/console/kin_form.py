"""Said on a ticket's page: which tickets belong together, as one, as parts, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api import region
from api.console.session import FilledIn
from api.console.ticket_act import done
from api.console.ticket_page import TicketId
from api.cursor import LARGEST_ID
from api.house import Served, Transaction
from api.user import Role
from runtime.errors import InvalidError
from tickets.kinship import merging, parentage, splitting
from tickets.kinship.merging import Asked
from tickets.kinship.splitting import Split
from tickets.ticket import Ticket

router = APIRouter(prefix="/console/tickets/{ticket_id}")
Version = Annotated[int, Form(ge=1, lt=LARGEST_ID)]


@router.post("/merge")
def merge(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
    into: Annotated[str, Form(pattern=r"^\d{1,18}:\d{1,9}$")],
) -> Response:
    """Let another ticket take over; `into` is its id and the version that was seen."""

    def act(found: Ticket) -> int:
        other, seen = (int(part) for part in into.split(":"))
        region.ticket_for(connection, asking.user, other)
        asked = Asked(found.id, version, other, seen, asking.user.name)
        return merging.merge(connection, asked, house.clock.now()).id

    return done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


@router.post("/unmerge")
def unmerge(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
) -> Response:
    """Take a merge back."""

    def act(found: Ticket) -> int:
        at, name = house.clock.now(), asking.user.name
        return merging.undo(connection, house.catalogue, found.id, version, name, at).id

    return done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


@router.post("/split")
def split(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
    problem: Annotated[str, Form(max_length=100)],
    evidence: Annotated[list[str] | None, Form(max_length=200)] = None,
    said: Annotated[list[int] | None, Form(max_length=200)] = None,
) -> Response:
    """Make a ticket of another problem; `evidence` are ids with commas, `said` of contacts."""

    def act(found: Ticket) -> int:
        asked = Split(problem, version, asking.user.name, _ids(evidence or []), said or [])
        at = house.clock.now()
        return splitting.split(connection, house.catalogue, found.id, asked, at).id

    return done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


@router.post("/parent")
def parent(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket_id: TicketId,
    version: Version,
    parent_id: Annotated[str, Form(pattern=r"^#?\d{0,18}$")] = "",
) -> Response:
    """Name the ticket of the trouble that this one is a part of; an empty one takes it away."""

    def act(found: Ticket) -> None:
        number = int(parent_id.lstrip("#")) if parent_id.strip("#") else None
        if number is not None:
            region.ticket_for(connection, asking.user, number)
        at = house.clock.now()
        parentage.give(connection, found.id, number, version, asking.user.name, at)

    return done(request, house, connection, asking, ticket_id, Role.DISPATCHER, act)


def _ids(chosen: Iterable[str]) -> list[int]:
    try:
        return [int(part) for each in chosen for part in each.split(",")]
    except ValueError as error:
        raise InvalidError("what was chosen cannot be read", hint="load the page again") from error
