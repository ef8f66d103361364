"""/v1/notices: what customers were written, and what became of it; for dispatchers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from alerts.notices import notice, reach
from api import audit, cursor, problem, region
from api.access import Dispatcher
from api.cursor import Page
from api.from_row import FromRow
from api.house import Transaction
from api.paging import Paging, pages_of
from runtime.errors import NotFoundError

router = APIRouter(prefix="/v1/notices", tags=["notices"])
Paged = Annotated[Paging, Depends(pages_of("notice"))]
State = Literal["queued", "sent", "withheld", "failed"]


class Notice(FromRow):
    """A notice to a customer."""

    id: int
    household_id: int
    contact_name: str
    serial: str | None
    ticket_id: int | None
    purpose: str
    occasion: str = Field(examples=["appointment"])
    safety: bool
    channel: str = Field(description="The one that took it, or was tried last; empty before")
    language: str
    subject: str
    body: str
    created_at: datetime
    not_before: datetime = Field(description="Held until then; `detail` says by what")
    attempts: int
    state: State
    settled_at: datetime | None
    detail: str


class Unreachable(FromRow):
    """A channel that refuses a contact for good."""

    contact_id: int
    household_id: int
    region: str
    channel: str
    disabled_at: datetime
    reason: str = Field(examples=["the mail server refused: 550 5.1.1"])


@router.get("", summary="List notices", responses=problem.responses(401, 403, 422))
def index(
    connection: Transaction,
    asking: Dispatcher,
    paging: Paged,
    state: State | None = None,
    ticket: Annotated[int | None, Query(ge=1, lt=cursor.LARGEST_ID)] = None,
) -> Page[Notice]:
    """Notices, newest first; `state=failed` are those that nobody got."""
    found = notice.page(
        connection,
        before_id=paging.begins,
        limit=paging.rows,
        state=state,
        ticket_id=ticket,
        region=asking.region,
    )
    shown, last = paging.cut(found)
    audit.saw(connection, asking.name, [each.household_id for each in shown], "GET /v1/notices")
    items = [Notice.model_validate(each) for each in shown]
    return paging.page(items, last)


@router.get(
    "/unreachable", summary="Contacts that a channel refuses", responses=problem.responses(401, 403)
)
def unreachable(connection: Transaction, asking: Dispatcher) -> list[Unreachable]:
    """The newest hundred: a mailbox that is gone, a number that is not one. Ask the customer."""
    found = reach.disabled(connection, region=asking.region)
    return [Unreachable.model_validate(each) for each in found]


@router.post(
    "/unreachable/{contact_id}/{channel}/retry",
    status_code=204,
    summary="Let a channel be tried again",
    responses=problem.responses(401, 403, 404, 422),
)
def retry(
    connection: Transaction,
    asking: Dispatcher,
    contact_id: Annotated[int, Path(ge=1, le=cursor.LARGEST_ID)],
    channel: Annotated[str, Path(max_length=40)],
) -> None:
    """The address was put right, or the refusal was a mistake."""
    region.contact_for(connection, asking, contact_id)
    if not reach.enable(connection, contact_id, channel):
        raise NotFoundError(f"contact {contact_id} is not shut to the channel {channel!r}")
    audit.record(connection, asking.name, f"channel {channel} enabled", f"contact:{contact_id}")
