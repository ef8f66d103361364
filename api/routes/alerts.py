"""/v1/alerts: what rules and detectors found wrong, open or cleared."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from alerts import alert
from api import problem, region
from api.access import Viewer
from api.cursor import Page
from api.from_row import FromRow
from api.house import Transaction
from api.paging import Paging, pages_of
from devices import appliance

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])
Paged = Annotated[Paging, Depends(pages_of("alert"))]


class Alert(FromRow):
    """A problem of an appliance, from the first finding to the last."""

    id: int
    serial: str
    type: str
    problem: str
    severity: str
    opened_at: datetime
    cleared_at: datetime | None
    held: str | None = Field(
        description="Why no ticket was opened yet: not_worth_it or no_visit_free; see the budget"
    )
    probability: float | None = Field(description="Of a fault, of an alert that is held")


@router.get("", summary="List alerts", responses=problem.responses(401, 404, 422))
def index(
    *,
    connection: Transaction,
    asking: Viewer,
    paging: Paged,
    open_only: Annotated[bool, Query(alias="open", description="Only those not cleared")] = False,
    serial: str | None = None,
) -> Page[Alert]:
    """Alerts, newest first. A partner's page may have fewer than `limit`; follow `next`."""
    device = region.appliance_for(connection, asking, serial) if serial else None
    found = alert.page(
        connection,
        before_id=paging.begins,
        limit=paging.rows,
        open_only=open_only,
        device_id=device.id if device else None,
    )
    shown, last = paging.cut(found)
    devices = appliance.by_ids(connection, [each.device_id for each in shown])
    items = [
        Alert.model_validate(each) for each in shown if asking.sees(devices[each.device_id].region)
    ]
    return paging.page(items, last)
