"""An appliance: what it is, how it does against its usual range, and how it did lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import pandas as pd
from fastapi import APIRouter, Query, Request, Response

from api import heard, history, region, whose, wording
from api.console import language, outlook_card, pages, plot, words
from api.console.plot import Chart, Line, Marks
from api.console.session import SignedIn
from api.history import Point, Resolution
from api.house import House, Served, Transaction
from api.routes.appliances import Serial
from customers import household, ownership
from devices import fault_event, telemetry
from devices.appliance import Appliance
from devices.catalogue.appliance_type import ApplianceType, Kind, Metric
from devices.fault_event import Event
from storage.pool import Connection
from tickets import ticket

router = APIRouter(prefix="/console/appliances")
EVENTS_OF = timedelta(days=90)


@dataclass(frozen=True)
class Value:
    """A metric's last value."""

    title: str
    shown: str
    unit: str
    usual: str
    unusual: bool


@dataclass(frozen=True)
class Happening:
    """A fault code that was raised or cleared."""

    event: Event
    title: str


@router.get("/{serial}")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    serial: Serial,
    days: Annotated[Literal["1", "7", "30"], Query()] = "7",
) -> Response:
    """The page."""
    found = region.appliance_for(connection, asking.user, serial)
    spoken = language.chosen(request)
    description = house.catalogue.get(found.type)
    state = heard.of(connection, [found.id])[found.id]
    owner = ownership.households_of(connection, [found.id]).get(found.id)
    tickets = ticket.page(connection, device_id=found.id, limit=20)
    # Readings may lag behind the clock or lead it; the newest one is what the page is about.
    until = state.last_reading_at or house.clock.now()
    return pages.render(
        request,
        "appliance.html",
        asking,
        appliance=found,
        type_title=wording.type_title(house.catalogue, found.type, spoken),
        heard=state,
        household=whose.called(household.get(connection, owner), asking.user) if owner else None,
        values=_values(connection, description, found, until, spoken),
        charts=_charts(connection, description, found, until, int(days), spoken),
        outlook=outlook_card.of(connection, found.id, description, spoken),
        days=days,
        happenings=_happenings(connection, description, found, until, spoken),
        tickets=[(each, _title(house, each.type, each.problem, spoken)) for each in tickets],
        now=house.clock.now(),
    )


def _title(house: House, type_name: str, problem: str, spoken: str) -> str:
    return wording.problem_title(house.catalogue.get(type_name), problem, spoken)


def _values(
    connection: Connection,
    description: ApplianceType | None,
    found: Appliance,
    until: datetime,
    spoken: str,
) -> list[Value]:
    if description is None:
        return []
    frame = telemetry.last_before(connection, description, found.id, until)
    if frame.empty:
        return []
    row = frame.iloc[0]
    return [
        _value(metric, float(row[name]), spoken)
        for name, metric in description.metrics.items()
        if not pd.isna(row[name])
    ]


def _value(metric: Metric, value: float, spoken: str) -> Value:
    usual = metric.usual
    return Value(
        title=metric.title.language(spoken),
        shown=_shown(metric, value, spoken),
        unit=metric.unit,
        usual=f"{usual.low:g} {words.say('to', spoken)} {usual.high:g}" if usual else "",
        unusual=usual is not None and not usual.low <= value <= usual.high,
    )


def _shown(metric: Metric, value: float, spoken: str) -> str:
    if metric.states is not None:
        state = metric.states.get(int(value))
        return state.language(spoken) if state else f"{value:g}"
    if metric.physical is None:
        return words.say("yes" if value else "no", spoken)
    return pages.figure(value)


def _charts(
    connection: Connection,
    description: ApplianceType | None,
    found: Appliance,
    until: datetime,
    days: int,
    spoken: str,
) -> list[Chart]:
    """The gauges: what a problem would show in comes first."""
    if description is None:
        return []
    gauges = {n: m for n, m in description.metrics.items() if m.kind is Kind.GAUGE}
    names = sorted(gauges, key=lambda name: gauges[name].problem is None)
    read = history.read(
        connection,
        description,
        found.id,
        names,
        until - timedelta(days=days),
        until + timedelta(microseconds=1),
        Resolution.HOUR,
    )
    return [_chart(gauges[name], read.points[name], spoken) for name in names if read.points[name]]


def _chart(metric: Metric, points: Sequence[Point], spoken: str) -> Chart:
    title = metric.title.language(spoken)
    line = Line(
        times=[point.time for point in points],
        values=[point.value for point in points],
        label=title,
        low=[point.low if point.low is not None else point.value for point in points],
        high=[point.high if point.high is not None else point.value for point in points],
    )
    usual = (metric.usual.low, metric.usual.high) if metric.usual else None
    return plot.draw(title, metric.unit, [line], Marks(usual=usual))


def _happenings(
    connection: Connection,
    description: ApplianceType | None,
    found: Appliance,
    until: datetime,
    spoken: str,
) -> list[Happening]:
    """Fault codes of the last months, the newest first."""
    events = fault_event.of_device(
        connection, found.id, until - EVENTS_OF, until + timedelta(days=1)
    )
    codes = description.fault_codes if description else {}
    return [
        Happening(each, codes[each.code].title.language(spoken) if each.code in codes else "")
        for each in reversed(events)
    ]
