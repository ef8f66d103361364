"""/v1/visits: who goes where and when, and what a technician tells from there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response, UploadFile

from api import cursor, etag, problem, visiting
from api.access import Technician, Viewer
from api.cursor import Page
from api.house import House, Served, Transaction
from api.instant import Instant
from api.paging import Paging, pages_of
from api.user import User
from api.visit_answer import Detail, Kept, Picture, Report, Ticks, Visit
from storage.pool import Connection
from tickets import ticket
from tickets.visits import checklist, photo, visit, visit_kit, visit_report, visit_step
from tickets.visits.visit import State

router = APIRouter(prefix="/v1/visits", tags=["visits"])
Paged = Annotated[Paging, Depends(pages_of("visit"))]
VisitId = Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID, examples=[17])]


@router.get("", summary="List visits", responses=problem.responses(401, 422))
def index(
    *,
    connection: Transaction,
    asking: Viewer,
    paging: Paged,
    technician: str | None = None,
    ticket_id: Annotated[int | None, Query(ge=1, lt=cursor.LARGEST_ID)] = None,
    state: State | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    region: str | None = None,
) -> Page[Visit]:
    """Visits, newest first; a technician gets their own, a partner its region's."""
    found = visit.page(
        connection,
        before_id=paging.begins,
        limit=paging.rows,
        region=asking.region or region,
        technician=visiting.whose(asking, technician),
        ticket_id=ticket_id,
        state=state,
        since=since,
        until=until,
    )
    return paging.read(found, Visit)


@router.get(
    "/{visit_id}",
    summary="Get a visit",
    response_model=Detail,
    responses=problem.responses(401, 404),
)
def show(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Viewer,
    house: Served,
    visit_id: VisitId,
) -> Detail | Response:
    """One visit with what to bring; whom to ring and what was said, while it is live."""
    found = visiting.visit_for(connection, asking, visit_id)
    return etag.answer(request, response, _detail(connection, house, asking, found))


@router.post(
    "/{visit_id}/set-out",
    summary="Say that you are on the way",
    responses=problem.responses(401, 403, 404, 409),
)
def set_out(
    connection: Transaction, asking: Technician, house: Served, visit_id: VisitId
) -> Detail:
    """The ticket becomes `dispatched`. Saying it twice changes nothing."""
    visiting.visit_for(connection, asking, visit_id)
    gone = visit_step.set_out(connection, visit_id, asking.name, house.clock.now())
    return _detail(connection, house, asking, gone)


@router.post(
    "/{visit_id}/arrive",
    summary="Say that you are there",
    responses=problem.responses(401, 403, 404, 409),
)
def arrive(connection: Transaction, asking: Technician, house: Served, visit_id: VisitId) -> Detail:
    """The ticket becomes `on_site`. Saying it twice changes nothing."""
    visiting.visit_for(connection, asking, visit_id)
    there = visit_step.arrive(connection, visit_id, asking.name, house.clock.now())
    return _detail(connection, house, asking, there)


@router.put(
    "/{visit_id}/checklist",
    summary="Tick the checklist",
    responses=problem.responses(401, 403, 404, 422),
)
def tick(
    connection: Transaction, asking: Technician, house: Served, visit_id: VisitId, asked: Ticks
) -> Detail:
    """Say which steps are done; those not named are not."""
    found = visiting.visit_for(connection, asking, visit_id)
    steps = visit_kit.steps(connection, found, house.catalogue.get(found.type))
    checklist.tick(connection, found, steps, asked.done, house.clock.now())
    return _detail(connection, house, asking, found)


@router.post(
    "/{visit_id}/report",
    summary="Hand in what was found",
    responses=problem.responses(401, 403, 404, 409, 422),
)
def report(
    connection: Transaction, asking: Technician, house: Served, visit_id: VisitId, asked: Report
) -> Detail:
    """Give the verdict and the parts used: the ticket is resolved, or waits for another visit.

    The same report sent again changes nothing.
    """
    found = visiting.visit_for(connection, asking, visit_id)
    description = house.catalogue.get(found.type)
    done = visit_report.hand_in(
        connection, found, description, asked.told(), asking.name, house.clock.now()
    )
    return _detail(connection, house, asking, done)


@router.post(
    "/{visit_id}/photos",
    status_code=201,
    summary="Add a picture",
    responses=problem.responses(401, 403, 404, 422),
)
def add_photo(
    connection: Transaction,
    asking: Technician,
    house: Served,
    visit_id: VisitId,
    picture: UploadFile,
) -> Picture:
    """A JPEG, PNG or WebP of at most 15 MB, kept without place and time; once if sent twice."""
    found = visiting.visit_for(connection, asking, visit_id)
    content = picture.file.read(photo.MOST_BYTES + 1)
    return Picture(id=photo.keep(connection, found, content, house.clock.now()))


@router.get(
    "/{visit_id}/photos/{photo_id}",
    summary="Get a picture",
    response_class=Response,
    responses=problem.responses(401, 403, 404) | {200: {"content": {photo.MEDIA_TYPE: {}}}},
)
def show_photo(
    connection: Transaction,
    asking: Technician,
    visit_id: VisitId,
    photo_id: Annotated[int, Path(ge=1, lt=cursor.LARGEST_ID)],
) -> Response:
    """The picture as it was kept."""
    found = visiting.visit_for(connection, asking, visit_id)
    content = photo.read(connection, found, photo_id)
    return Response(content, media_type=photo.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _detail(connection: Connection, house: House, asking: User, found: visit.Visit) -> Detail:
    description = house.catalogue.get(found.type)
    proofs = ticket.proofs(connection, found.ticket_id)
    kit = visit_kit.of(connection, found, description, proofs)
    customer = visiting.customer_of(connection, asking, found)
    said = visiting.said_of(connection, asking, found)
    return Detail.of(Kept(found, description, proofs, kit, customer, said))
