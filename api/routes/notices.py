"""/v1/notices: what customers were written, and what became of it; for dispatchers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from alerts import notice
from api import cursor, problem
from api.access import Dispatcher
from api.cursor import Cursor, Limit, Page
from api.house import Transaction
from api.region import notices_for

router = APIRouter(prefix="/v1/notices", tags=["notices"])


class Notice(BaseModel):
    """A notice to a customer."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    contact_name: str
    serial: str | None
    purpose: str
    channel: str
    language: str
    subject: str
    body: str
    created_at: datetime
    state: str
    settled_at: datetime | None
    detail: str


@router.get("", summary="List notices", responses=problem.responses(401, 403, 422))
def index(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Dispatcher,
    limit: Limit = 100,
    cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
) -> Page[Notice]:
    """Notices, newest first. A partner's page may have fewer than `limit`; follow `next`."""
    found = notice.page(connection, before_id=cursor.position(cursor_, "notice"), limit=limit + 1)
    shown, last = cursor.cut(found, limit)
    items = [Notice.model_validate(each) for each in notices_for(connection, asking, shown)]
    return cursor.page(request, response, "notice", items, last)
