"""Models: what serves each appliance type, how it is doing, and what waits to take over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api import wording
from api.console import language, model_rows, pages
from api.console.model_rows import Row
from api.console.session import SignedIn
from api.family import Family
from api.house import House, Served, Transaction
from models.training import fault_families
from runtime.errors import NotFoundError

router = APIRouter(prefix="/console/models")


@router.get("")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    type_: Annotated[str | None, Query(alias="type", max_length=50)] = None,
) -> Response:
    """The families of one type; without one, of the first."""
    spoken = language.chosen(request)
    chosen = _chosen(house, type_)
    description = house.catalogue[chosen]
    rows = model_rows.of_type(connection, chosen, asking.user.region)
    return pages.render(
        request,
        "models.html",
        asking,
        types={name: each.title.language(spoken) for name, each in house.catalogue.items()},
        chosen=chosen,
        title=wording.type_title(house.catalogue, chosen, spoken),
        rows=[(each, each.family.about(description, spoken)) for each in rows],
        coverage=[
            (Family.of(each.family), each)
            for each in fault_families.coverage(connection, description)
        ],
        moved=_moved(house, rows, chosen, spoken),
    )


def _chosen(house: House, asked: str | None) -> str:
    chosen = next(iter(house.catalogue), "") if asked is None else asked
    if chosen not in house.catalogue:
        raise NotFoundError(f"the catalogue has no type {chosen!r}")
    return chosen


def _moved(house: House, rows: list[Row], type_name: str, spoken: str) -> dict[str, str]:
    """What has drifted, in words, by its name."""
    description = house.catalogue.get(type_name)
    return {
        row.drift.name: wording.metric_title(description, row.drift.name, spoken)
        for row in rows
        if row.drift is not None and row.drift.kind == "input"
    }
