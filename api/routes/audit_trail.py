"""/v1/audit: who saw or changed what; for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api import audit, cursor, problem
from api.access import AdminOfAll
from api.cursor import Page
from api.from_row import FromRow
from api.house import Transaction
from api.paging import Paging, pages_of

router = APIRouter(prefix="/v1/audit", tags=["privacy"])
Paged = Annotated[Paging, Depends(pages_of("audit"))]


class Entry(FromRow):
    """An entry of the trail."""

    link: int | None = Field(description="Its place in the chain that `audit verify` walks")
    at: datetime
    actor: str
    action: str = Field(examples=["customer.seen"])
    subject: str = Field(examples=["household:5"])
    detail: dict[str, Any]


@router.get("", summary="List the audit trail", responses=problem.responses(401, 403, 422))
def index(
    connection: Transaction,
    asking: AdminOfAll,
    paging: Paged,
    actor: Annotated[str | None, Query(description="Only what this user did")] = None,
    household: Annotated[
        int | None, Query(ge=1, lt=cursor.LARGEST_ID, description="Only about this household")
    ] = None,
) -> Page[Entry]:
    """Entries, newest first. They tell of every region, so a partner's administrator gets none."""
    del asking
    found = audit.page(
        connection,
        before_id=paging.begins,
        limit=paging.rows,
        actor=actor,
        household_id=household,
    )
    return paging.read(found, Entry)
