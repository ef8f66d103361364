"""A technician's pages, made for a telephone: my visits, and one of them."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response

from api import user, visiting, wording
from api.access import check_role
from api.console import evidence_charts, language, pages, reason, verdict_card, visit_day
from api.console.evidence_charts import Subject
from api.console.plot import Chart
from api.console.session import Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.user import Role
from customers import profile
from runtime.errors import HearthwatchError
from storage.pool import Connection
from tickets import precedent, ticket
from tickets.visits import photo, visit_kit
from tickets.visits.visit import Visit

router = APIRouter(prefix="/console/visits")
VisitId = Annotated[int, Path(ge=1, lt=LARGEST_ID)]
EMPTY = {"finding": "", "mode": "", "consumable": "", "note": ""}
"""The report's form before anybody has filled it in."""
FIRST_SAID = 5
"""Calls, messages and notes that are shown at once; the older ones are folded up."""


@router.get("")
def index(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    technician: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The visits of the coming days; others than technicians choose whose."""
    spoken = language.chosen(request)
    now = house.clock.now()
    chosen = technician or None
    days = visit_day.of(connection, house.catalogue, asking.user, chosen, now, spoken)
    own = asking.user.role is Role.TECHNICIAN
    return pages.render(
        request,
        "visits.html",
        asking,
        days=days,
        now=now,
        own=own,
        technicians=[] if own else user.technicians(connection, asking.user.region or ""),
        technician=technician,
    )


@router.get("/{visit_id}")
def show(
    request: Request, house: Served, connection: Transaction, asking: SignedIn, visit_id: VisitId
) -> Response:
    """One visit."""
    found = visiting.visit_for(connection, asking.user, visit_id)
    return render(request, house, connection, asking, found)


@router.get("/{visit_id}/photos/{photo_id}")
def picture(
    connection: Transaction,
    asking: SignedIn,
    visit_id: VisitId,
    photo_id: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
) -> Response:
    """A picture of the visit, for those who may go there."""
    check_role(asking.user, Role.TECHNICIAN)
    found = visiting.visit_for(connection, asking.user, visit_id)
    content = photo.read(connection, found, photo_id)
    return Response(content, media_type=photo.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def render(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    found: Visit,
    *,
    error: HearthwatchError | None = None,
    filled: dict[str, str] | None = None,
) -> Response:
    """The page; what was refused is said on it, and what was filled in stays."""
    spoken = language.chosen(request)
    description = house.catalogue.get(found.type)
    proofs = ticket.proofs(connection, found.ticket_id)
    customer = visiting.customer_of(connection, asking.user, found)
    zone = ZoneInfo(customer[0].time_zone if customer else "UTC")
    seen = ticket.get(connection, found.ticket_id)
    may_act = asking.user.role.covers(Role.TECHNICIAN)
    kit = visit_kit.of(connection, found, description, proofs)
    return pages.render(
        request,
        "visit.html",
        asking,
        status=error.status if error else HTTPStatus.OK,
        error=error,
        filled=EMPTY | (filled or {}),
        visit=found,
        ticket=seen,
        title=wording.problem_title(description, found.problem, spoken),
        kind=wording.type_title(house.catalogue, found.type, spoken),
        problem=wording.find_problem(description, found.problem),
        zone=zone,
        customer=customer,
        map_link=_map_link(connection, found, customer[0].address) if customer else None,
        reasons=reason.reasons(proofs, description, spoken),
        said=visiting.said_of(connection, asking.user, found),
        first_said=FIRST_SAID,
        chart=_chart(house, connection, found, spoken),
        precedents=_precedents(house, connection, asking, found, spoken),
        kit=kit if may_act else replace(kit, photos=[]),
        verdict=verdict_card.of(connection, seen, description, asking.user, spoken),
        may_act=may_act,
        now=house.clock.now(),
    )


def _map_link(connection: Connection, found: Visit, address: str) -> str | None:
    """An address that telephones open in their map; it leads to no server."""
    if not address or found.household_id is None:
        return None
    place = profile.of(connection, [found.household_id]).get(found.household_id)
    near = "0,0"
    if place and place.latitude is not None and place.longitude is not None:
        near = f"{place.latitude:.2f},{place.longitude:.2f}"
    return f"geo:{near}?q={quote(address)}"


def _chart(house: House, connection: Connection, found: Visit, spoken: str) -> Chart | None:
    """What shows the trouble best: one chart, for the screen is small."""
    description = house.catalogue.get(found.type)
    if description is None:
        return None
    subject = Subject(connection, description, found.device_id, spoken, house.clock.now())
    charts = evidence_charts.of(subject, ticket.proofs(connection, found.ticket_id))
    return charts[0] if charts else None


def _precedents(
    house: House, connection: Connection, asking: Session, found: Visit, spoken: str
) -> list[tuple[precedent.Precedent, str]]:
    """Ended cases like this one with a verdict, and what was confirmed there."""
    description = house.catalogue.get(found.type)
    cases = precedent.of_ticket(connection, found.ticket_id, found.type, asking.user.region)
    return [
        (each, wording.problem_title(description, each.mode, spoken) if each.mode else "")
        for each in cases
        if each.finding
    ]
