"""/v1/dead-letters: messages that could not be read or stored; for administrators."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api import cursor, problem
from api.access import Admin
from api.cursor import Cursor, Limit, Page
from api.house import Transaction
from devices import dead_letter
from runtime.errors import ForbiddenError

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])


class DeadLetter(BaseModel):
    """A refused message."""

    id: int
    received_at: datetime
    topic: str
    reason: str = Field(examples=["not_json"])
    detail: str
    payload_bytes: int = Field(description="Size as it came; only the beginning may be kept")
    payload_base64: str


@router.get("", summary="List dead letters", responses=problem.responses(401, 403, 422))
def index(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Admin,
    limit: Limit = 100,
    cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
    reason: str | None = None,
) -> Page[DeadLetter]:
    """Messages that wait to be replayed, oldest first. They belong to no region."""
    if asking.region is not None:
        raise ForbiddenError("dead letters belong to no region, and you see one region only")
    found = dead_letter.waiting(
        connection,
        reason=reason,
        after_id=cursor.position(cursor_, "dead letter") or 0,
        limit=limit + 1,
    )
    shown, last = cursor.cut(found, limit)
    items = [
        DeadLetter(
            id=each.id,
            received_at=each.received_at,
            topic=each.topic,
            reason=each.reason,
            detail=each.detail,
            payload_bytes=each.payload_bytes,
            payload_base64=base64.b64encode(each.payload).decode(),
        )
        for each in shown
    ]
    return cursor.page(request, response, "dead letter", items, last)
