"""/v1/readings/newest: what each appliance of a type said last."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api import problem
from api.access import Viewer
from api.cursor import Page
from api.house import Served, Transaction
from api.paging import Paging, pages_of
from api.routes.appliances import LastReading
from devices import appliance, telemetry
from runtime.errors import InvalidError

router = APIRouter(prefix="/v1/readings", tags=["telemetry"])
Paged = Annotated[Paging, Depends(pages_of("reading"))]


class Newest(BaseModel):
    """An appliance and what it said last."""

    serial: str = Field(examples=["RF-000042"])
    region: str
    reading: LastReading


@router.get("/newest", summary="List newest readings", responses=problem.responses(401, 422))
def newest(
    *,
    connection: Transaction,
    asking: Viewer,
    house: Served,
    paging: Paged,
    type_: Annotated[str, Query(alias="type", examples=["refrigerator"])],
    region_: Annotated[str | None, Query(alias="region")] = None,
) -> Page[Newest]:
    """The newest reading of each appliance that was ever heard; a partner gets its region's."""
    description = house.catalogue.get(type_)
    if description is None:
        raise InvalidError(
            f"there is no type {type_!r}", hint=f"known: {', '.join(house.catalogue)}"
        )
    frame = telemetry.newest(
        connection,
        description,
        asking.region or region_,
        after_id=paging.after,
        limit=paging.rows,
    )
    rows = {int(row["device_id"]): row for _, row in frame[: paging.limit].iterrows()}
    known = appliance.by_ids(connection, list(rows))
    items = [
        Newest(
            serial=known[device_id].serial,
            region=known[device_id].region,
            reading=LastReading.of(row, description),
        )
        for device_id, row in rows.items()
    ]
    last = max(rows) if len(frame) > paging.limit else None
    return paging.page(items, last)
