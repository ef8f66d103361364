"""/v1/appliances/{serial}/telemetry: readings of a span, raw, by hour or by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api import history, problem, region
from api.access import Viewer
from api.history import Point, Resolution
from api.house import Served, Transaction
from api.routes.appliances import Serial
from devices.catalogue.appliance_type import ApplianceType
from runtime.errors import InvalidError, NotFoundError

router = APIRouter(prefix="/v1/appliances", tags=["telemetry"])
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
LONGEST = {
    Resolution.RAW: timedelta(days=7),
    Resolution.HOUR: timedelta(days=92),
    Resolution.DAY: timedelta(days=1830),
}


class Series(BaseModel):
    """One metric over the span."""

    metric: str = Field(examples=["fridge_temp_c"])
    title: str = Field(examples=["Fridge temperature"])
    unit: str = Field(examples=["°C"])
    kind: Literal["gauge", "counter", "state"]
    points: list[Point]


class Telemetry(BaseModel):
    """Readings of one appliance."""

    serial: str
    resolution: Resolution
    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    series: list[Series]
    next_from: datetime | None = Field(
        default=None, description="Ask again from here; null if nothing was left out"
    )


@router.get(
    "/{serial}/telemetry",
    summary="Get readings",
    response_model_by_alias=True,
    responses=problem.responses(401, 404, 422),
)
def show(
    connection: Transaction,
    asking: Viewer,
    house: Served,
    serial: Serial,
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    metrics: Annotated[
        str | None, Query(description="Names separated by commas; all without it")
    ] = None,
    resolution: Resolution = Resolution.HOUR,
) -> Telemetry:
    """Readings with `from` <= time < `to` (RFC 3339); the last day without them.

    By hour and by day, a point has the mean of a gauge or the last value of a counter or state,
    with the least and the greatest, and how many readings it is made of. A span may be 7 days
    raw, 92 days by hour, 1830 days by day; more than 10,000 raw readings come in parts.
    """
    found = region.appliance_for(connection, asking, serial)
    description = house.catalogue.get(found.type)
    if description is None:
        raise NotFoundError(f"the catalogue has no type {found.type!r} any more")
    until = end or house.clock.now()
    since = start or max(until, EARLIEST) - timedelta(days=1)
    _check_span(since, until, resolution)
    names = _names(metrics, description)
    read = history.read(connection, description, found.id, names, since, until, resolution)
    series = [_series(description, name, read.points[name]) for name in names]
    return Telemetry.model_validate(
        {
            "serial": serial,
            "resolution": resolution,
            "from": since,
            "to": until,
            "series": series,
            "next_from": read.next_from,
        }
    )


def _check_span(start: datetime, end: datetime, resolution: Resolution) -> None:
    if start < EARLIEST or end > LATEST:
        raise InvalidError(f"a span must lie between {EARLIEST:%Y} and {LATEST:%Y}")
    if start >= end:
        raise InvalidError("`from` must be before `to`")
    if end - start > LONGEST[resolution]:
        raise InvalidError(
            f"a span by {resolution} may be {LONGEST[resolution].days} days at most",
            hint="ask for a shorter span or a coarser resolution",
        )


def _names(metrics: str | None, description: ApplianceType) -> Sequence[str]:
    if metrics is None:
        return list(description.metrics)
    names = [name.strip() for name in metrics.split(",")]
    unknown = [name for name in names if name not in description.metrics]
    if unknown:
        raise InvalidError(
            f"a {description.type} has no metric {', '.join(unknown)}",
            hint=f"known: {', '.join(description.metrics)}",
        )
    return list(dict.fromkeys(names))


def _series(description: ApplianceType, name: str, points: list[Point]) -> Series:
    metric = description.metrics[name]
    return Series(
        metric=name,
        title=metric.title.en,
        unit=metric.unit,
        kind=metric.kind.value,
        points=points,
    )
