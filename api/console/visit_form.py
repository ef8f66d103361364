"""What a technician tells from a visit; a form may be sent twice, and needs no script."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from api import visiting
from api.access import check_role
from api.console import verdict_form, visit_page
from api.console.session import FilledIn, Session
from api.console.visit_page import VisitId
from api.house import House, Served, Transaction
from api.user import Role
from runtime.errors import HearthwatchError, InvalidError
from storage.pool import Connection
from tickets.verdict import Finding
from tickets.visits import checklist, photo, visit_kit, visit_report, visit_step
from tickets.visits.visit import Outcome, Visit
from tickets.visits.visit_report import Report

router = APIRouter(prefix="/console/visits")
Field = Annotated[str, Form(max_length=200)]


@router.post("/{visit_id}/step")
def step(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    visit_id: VisitId,
    to: Annotated[Literal["set_out", "arrive"], Form()],
) -> Response:
    """I am on the way, or I am there."""
    say = {"set_out": visit_step.set_out, "arrive": visit_step.arrive}[to]

    def act(found: Visit) -> None:
        say(connection, found.id, asking.user.name, house.clock.now())

    return _done(request, house, connection, asking, visit_id, act)


@router.post("/{visit_id}/checklist")
def tick(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    visit_id: VisitId,
    done: Annotated[list[str] | None, Form(max_length=100)] = None,
) -> Response:
    """Keep the marks of the checklist."""

    def act(found: Visit) -> None:
        steps = visit_kit.steps(connection, found, house.catalogue.get(found.type))
        checklist.tick(connection, found, steps, done or [], house.clock.now())

    return _done(request, house, connection, asking, visit_id, act, "checklist")


@router.post("/{visit_id}/photo")
def add_photo(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    visit_id: VisitId,
    picture: UploadFile,
) -> Response:
    """Keep a picture."""

    def act(found: Visit) -> None:
        content = picture.file.read(photo.MOST_BYTES + 1)
        photo.keep(connection, found, content, house.clock.now())

    return _done(request, house, connection, asking, visit_id, act, "photos")


@router.post("/{visit_id}/report")
def report(
    *,
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    visit_id: VisitId,
    finding: Annotated[Finding, Form()],
    mode: Field = "",
    consumable: Field = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    outcome: Annotated[Literal["resolved", "return"], Form()] = "resolved",
    part: Annotated[list[str] | None, Form(max_length=50)] = None,
    quantity: Annotated[list[str] | None, Form(max_length=50)] = None,
) -> Response:
    """Hand in the report."""

    def act(found: Visit) -> None:
        given = verdict_form.filled_in(finding, mode, consumable, note.strip())
        verdict_form.check_named(given)
        told: Outcome = outcome
        filled = Report(given, _used(part or [], quantity or []), told)
        description = house.catalogue.get(found.type)
        now = house.clock.now()
        visit_report.hand_in(connection, found, description, filled, asking.user.name, now)

    filled_in = {"finding": finding, "mode": mode, "consumable": consumable, "note": note}
    return _done(request, house, connection, asking, visit_id, act, "report", filled_in)


def _used(parts: list[str], quantities: list[str]) -> dict[str, int]:
    """What the lines of the form say; a line without a part, or with none of it, says nothing."""
    used: dict[str, int] = {}
    for name, count in zip(parts, quantities, strict=False):
        if not name.strip() or count.strip() in {"", "0"}:
            continue
        if not count.strip().isascii() or not count.strip().isdigit():
            raise InvalidError(f"{count!r} is no count of {name.strip()}", hint="give a number")
        used[name.strip()] = used.get(name.strip(), 0) + int(count)
    return used


def _done(
    request: Request,
    house: House,
    connection: Connection,
    asking: Session,
    visit_id: int,
    act: Callable[[Visit], None],
    place: str = "",
    filled: dict[str, str] | None = None,
) -> Response:
    """Do it and show the page; what is refused changes nothing and is said on the page."""
    check_role(asking.user, Role.TECHNICIAN)
    found = visiting.visit_for(connection, asking.user, visit_id)
    try:
        with connection.transaction():
            act(found)
    except HearthwatchError as error:
        return visit_page.render(
            request, house, connection, asking, found, error=error, filled=filled
        )
    where = f"/console/visits/{visit_id}" + (f"#{place}" if place else "")
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)
