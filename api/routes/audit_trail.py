"""/v1/audit: who saw or changed what; for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import audit, cursor, problem
from api.access import Admin
from api.cursor import Cursor, Limit, Page
from api.house import Transaction

router = APIRouter(prefix="/v1/audit", tags=["privacy"])


class Entry(BaseModel):
    """An entry of the trail."""

    model_config = ConfigDict(from_attributes=True)

    link: int | None = Field(description="Its place in the chain that `audit verify` walks")
    at: datetime
    actor: str
    action: str = Field(examples=["customer.seen"])
    subject: str = Field(examples=["household:5"])
    detail: dict[str, Any]


@router.get("", summary="List the audit trail", responses=problem.responses(401, 403, 422))
def index(
    request: Request,
    response: Response,
    connection: Transaction,
    asking: Admin,
    limit: Limit = 100,
    cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
    actor: Annotated[str | None, Query(description="Only what this user did")] = None,
    household: Annotated[
        int | None, Query(ge=1, lt=cursor.LARGEST_ID, description="Only about this household")
    ] = None,
) -> Page[Entry]:
    """Entries, newest first."""
    del asking
    found = audit.page(
        connection,
        before_id=cursor.position(cursor_, "audit"),
        limit=limit + 1,
        actor=actor,
        household_id=household,
    )
    shown, last = cursor.cut(found, limit)
    items = [Entry.model_validate(each) for each in shown]
    return cursor.page(request, response, "audit", items, last)
