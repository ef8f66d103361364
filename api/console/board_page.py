"""The board: who goes where on which day, what is left, and the forms to decide otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import instant, wording
from api import region as regions
from api.access import check_role
from api.console import board, language, pages
from api.console.board import Board
from api.console.session import FilledIn, Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.instant import Day
from api.user import Role
from runtime.errors import HearthwatchError, NotFoundError
from storage.pool import Connection
from tickets.routing import choice_words, pin, service_region, slots, technician, trail
from tickets.routing.pin import Pin, Wish
from tickets.routing.slots import Slot
from tickets.ticket import Ticket

router = APIRouter(prefix="/console/board")
PAGE = "/console/board"
NOWHERE = "-"
RegionName = Annotated[str | None, Query(max_length=200)]
TicketId = Annotated[int, Form(ge=1, lt=LARGEST_ID)]


@dataclass(frozen=True)
class Looked:
    """The ticket that somebody decides about."""

    ticket: Ticket
    title: str
    pin: Pin | None
    why: Sequence[str]
    """Of the visit as it stands."""
    slots: Sequence[Slot]


@router.get("")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    region: RegionName = None,
    day: Day | None = None,
    ticket: Annotated[int | None, Query(ge=1, lt=LARGEST_ID)] = None,
) -> Response:
    """The board of a region; without one, of the first that has technicians."""
    check_role(asking.user, Role.DISPATCHER)
    return _render(request, house, connection, asking, region, day, ticket)


@router.post("/pin")
def put_pin(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket: TicketId,
    reason: Annotated[str, Form(max_length=500)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    at: Annotated[str, Form(max_length=30)] = "",
) -> Response:
    """Decide who goes to a ticket, when, or both; the time is the technician's."""
    check_role(asking.user, Role.DISPATCHER)
    found = regions.ticket_for(connection, asking.user, ticket)
    try:
        zone = _zone(connection, found.region, name)
        wish = Wish(name or None, instant.of_field(at, zone) if at else None, reason)
        with connection.transaction():
            pin.place(connection, found, wish, asking.user.name, house.clock.now())
    except HearthwatchError as error:
        return _render(request, house, connection, asking, found.region, None, ticket, error)
    return _back(found)


@router.post("/release")
def release(connection: Transaction, asking: FilledIn, ticket: TicketId) -> Response:
    """Leave a ticket to the routing again."""
    check_role(asking.user, Role.DISPATCHER)
    found = regions.ticket_for(connection, asking.user, ticket)
    pin.release(connection, ticket)
    return _back(found)


@router.post("/book")
def book(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    ticket: TicketId,
    slot: Annotated[str, Form(max_length=300)],
) -> Response:
    """Give a ticket one of the times that the page offered."""
    check_role(asking.user, Role.DISPATCHER)
    found = regions.ticket_for(connection, asking.user, ticket)
    try:
        start, now = slots.parse(slot), house.clock.now()
        with connection.transaction():
            slots.book(
                connection,
                house.catalogue,
                ticket,
                start,
                asking.user.name,
                now,
                chosen_by="staff",
            )
    except HearthwatchError as error:
        return _render(request, house, connection, asking, found.region, None, ticket, error)
    return _back(found)


def _back(found: Ticket) -> Response:
    asked = urlencode({"region": found.region or NOWHERE, "ticket": found.id})
    return RedirectResponse(f"{PAGE}?{asked}#decide", HTTPStatus.SEE_OTHER)


def _zone(connection: Connection, region: str, name: str) -> ZoneInfo:
    """The zone of the technician, or else the one that the region's board shows."""
    for found in technician.named(connection, [name]) or technician.of_region(connection, region):
        return technician.zone(found.time_zone)
    return technician.zone(service_region.of(connection, region).time_zone)


def _render(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    region: str | None,
    day: date | None,
    ticket_id: int | None,
    error: HearthwatchError | None = None,
) -> Response:
    spoken, now = language.chosen(request), house.clock.now()
    seen = _looked(house, connection, asking, ticket_id, now, spoken) if ticket_id else None
    names = [each for each in service_region.names(connection) if asking.user.sees(each)]
    made: Board | None = None
    if names:
        name = _chosen(connection, names, seen.ticket.region if seen else region)
        made = board.of(connection, house.catalogue, name, day, now, spoken)
    return pages.render(
        request,
        "board.html",
        asking,
        status=error.status if error else HTTPStatus.OK,
        error=error,
        names=[each or NOWHERE for each in names],
        board=made,
        looked=seen,
        today=now.astimezone(made.zone).date() if made else now.date(),
    )


def _chosen(connection: Connection, names: Sequence[str], asked: str | None) -> str:
    if asked is None:
        return next((each for each in names if technician.of_region(connection, each)), names[0])
    name = "" if asked == NOWHERE else asked
    if name not in names:
        raise NotFoundError(f"there is no region {asked!r}")
    return name


def _looked(
    house: House,
    connection: Connection,
    asking: Session,
    ticket_id: int,
    now: datetime,
    spoken: str,
) -> Looked:
    found = regions.ticket_for(connection, asking.user, ticket_id)
    last = trail.latest(connection, [ticket_id]).get(ticket_id)
    return Looked(
        found,
        wording.problem_title(house.catalogue.get(found.type), found.problem, spoken),
        pin.of(connection, [ticket_id]).get(ticket_id),
        choice_words.of_choice(last.reasons, spoken) if last else [],
        slots.offer(connection, house.catalogue, ticket_id, now),
    )
