"""Said on a ticket's page: which tickets belong together, as one, as parts, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Form, Response

from api import region
from api.console.ticket_act import TicketForm
from api.cursor import LARGEST_ID
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
    form: TicketForm,
    version: Version,
    into: Annotated[str, Form(pattern=r"^\d{1,18}:\d{1,9}$")],
) -> Response:
    """Let another ticket take over; `into` is its id and the version that was seen."""

    def act(found: Ticket) -> int:
        other, seen = (int(part) for part in into.split(":"))
        region.ticket_for(form.connection, form.asking.user, other)
        asked = Asked(found.id, version, other, seen, form.actor)
        return merging.merge(form.connection, asked, form.now).id

    return form.done(Role.DISPATCHER, act)


@router.post("/unmerge")
def unmerge(
    *,
    form: TicketForm,
    version: Version,
) -> Response:
    """Take a merge back."""

    def act(found: Ticket) -> int:
        at, name = form.now, form.actor
        return merging.undo(form.connection, form.house.catalogue, found.id, version, name, at).id

    return form.done(Role.DISPATCHER, act)


@router.post("/split")
def split(
    *,
    form: TicketForm,
    version: Version,
    problem: Annotated[str, Form(max_length=100)],
    evidence: Annotated[list[str] | None, Form(max_length=200)] = None,
    said: Annotated[list[int] | None, Form(max_length=200)] = None,
) -> Response:
    """Make a ticket of another problem; `evidence` are ids with commas, `said` of contacts."""

    def act(found: Ticket) -> int:
        asked = Split(problem, version, form.actor, _ids(evidence or []), said or [])
        at = form.now
        return splitting.split(form.connection, form.house.catalogue, found.id, asked, at).id

    return form.done(Role.DISPATCHER, act)


@router.post("/parent")
def parent(
    *,
    form: TicketForm,
    version: Version,
    parent_id: Annotated[str, Form(pattern=r"^#?\d{0,18}$")] = "",
) -> Response:
    """Name the ticket of the trouble that this one is a part of; an empty one takes it away."""

    def act(found: Ticket) -> None:
        number = int(parent_id.lstrip("#")) if parent_id.strip("#") else None
        if number is not None:
            region.ticket_for(form.connection, form.asking.user, number)
        at = form.now
        parentage.give(form.connection, found.id, number, version, form.actor, at)

    return form.done(Role.DISPATCHER, act)


def _ids(chosen: Iterable[str]) -> list[int]:
    try:
        return [int(part) for each in chosen for part in each.split(",")]
    except ValueError as error:
        raise InvalidError("what was chosen cannot be read", hint="load the page again") from error
