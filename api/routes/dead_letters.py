"""/v1/dead-letters: messages that could not be read or stored; for administrators."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from api import problem
from api.access import Admin
from api.cursor import Page
from api.house import Transaction
from api.paging import Paging, pages_of
from devices import dead_letter
from runtime.errors import ForbiddenError

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])
Paged = Annotated[Paging, Depends(pages_of("dead letter"))]


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
    connection: Transaction,
    asking: Admin,
    paging: Paged,
    reason: str | None = None,
) -> Page[DeadLetter]:
    """Messages that wait to be replayed, oldest first. They belong to no region."""
    if asking.region is not None:
        raise ForbiddenError("dead letters belong to no region, and you see one region only")
    found = dead_letter.waiting(
        connection,
        reason=reason,
        after_id=paging.after,
        limit=paging.rows,
    )
    shown, last = paging.cut(found)
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
    return paging.page(items, last)
