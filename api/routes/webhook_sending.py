"""/v1/webhooks/{id}: its secret, a test, a replay, and what was sent to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api import problem
from api.access import Admin
from api.cursor import Page
from api.from_row import FromRow
from api.house import Served, Transaction
from api.paging import Paging, pages_of
from api.routes.webhooks import Endpoint, EndpointId, note, shown
from tickets.outside import endpoint

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
Paged = Annotated[Paging, Depends(pages_of("attempt"))]


class Secret(BaseModel):
    """A new secret; messages carry a signature by the old one too for a day."""

    secret: str


class Replay(BaseModel):
    """From where on an endpoint is told again."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(ge=0, lt=2**62, description="A position; 0 for all that is kept")


class Attempt(FromRow):
    """One request to an endpoint."""

    id: int
    message_id: str
    kind: str
    subject: str
    position: int | None
    at: datetime
    took_ms: int
    status: int | None = Field(description="null where nothing was answered")
    taken: bool
    detail: str


@router.post(
    "/{endpoint_id}/secret",
    status_code=201,
    summary="Rotate a webhook's secret",
    responses=problem.responses(401, 403, 404),
)
def rotate(connection: Transaction, asking: Admin, endpoint_id: EndpointId) -> Secret:
    """Give it a new secret; for a day messages are signed by both."""
    shown(connection, asking, endpoint_id)
    note(connection, asking, "webhook secret rotated", endpoint_id)
    return Secret(secret=endpoint.rotate(connection, endpoint_id))


@router.post(
    "/{endpoint_id}/ping",
    status_code=202,
    summary="Test a webhook",
    responses=problem.responses(401, 403, 404),
)
def ping(
    connection: Transaction, asking: Admin, house: Served, endpoint_id: EndpointId
) -> Endpoint:
    """Send it an event `webhook.pinged`; its attempts tell how that went."""
    shown(connection, asking, endpoint_id)
    found = endpoint.get(connection, endpoint_id)
    endpoint.ping(connection, found, house.clock.now())
    return Endpoint.model_validate(found)


@router.post(
    "/{endpoint_id}/replay",
    status_code=202,
    summary="Tell a webhook again",
    responses=problem.responses(401, 403, 404, 410, 422),
)
def replay(
    connection: Transaction, asking: Admin, endpoint_id: EndpointId, asked: Replay
) -> Endpoint:
    """Send everything beyond a position, also what it has; its `webhook-id` is the same."""
    shown(connection, asking, endpoint_id)
    endpoint.rewind(connection, endpoint_id, asked.after)
    note(connection, asking, "webhook replayed", endpoint_id)
    return shown(connection, asking, endpoint_id)


@router.get(
    "/{endpoint_id}/attempts",
    summary="List what was sent to a webhook",
    responses=problem.responses(401, 403, 404, 422),
)
def attempts(
    connection: Transaction,
    asking: Admin,
    endpoint_id: EndpointId,
    paging: Paged,
) -> Page[Attempt]:
    """Requests and what came of them, newest first."""
    shown(connection, asking, endpoint_id)
    before = paging.begins
    found = endpoint.attempts(connection, endpoint_id, before_id=before, limit=paging.rows)
    return paging.read(found, Attempt)
