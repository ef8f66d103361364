"""The fleet: faults that rise in a part of it, and what will be needed where and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api import cursor, wording
from api.console import language, pages, plot, words
from api.console.plot import Chart, Line, Marks
from api.console.session import SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tickets.fleet import demand_forecast, outbreak
from tickets.fleet.demand_forecast import Week
from tickets.fleet.outbreak import Outbreak

router = APIRouter(prefix="/console/fleet")
PAGE = 30
MOST_TICKETS = 100
CHARTS = 3
TRAITS = ("batch", "firmware", "model", "region")


@dataclass(frozen=True)
class Told:
    """A fleet problem in words."""

    problem: Outbreak
    title: str
    type_title: str
    cohort: list[tuple[str, str]]
    """What its appliances have in common."""


@dataclass(frozen=True)
class Item:
    """The demand for one part number, in words."""

    kind: str
    part_number: str
    title: str
    weeks: list[Week]

    @property
    def expected(self) -> float:
        """In all the weeks together."""
        return sum(each.expected for each in self.weeks)


@router.get("")
def index(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    region: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1, lt=LARGEST_ID)] = None,
) -> Response:
    """Fleet problems, newest first, and the demand of a region or of all."""
    own = asking.user.region
    wanted = own or region or None
    spoken = language.chosen(request)
    found = outbreak.page(connection, before_id=before, limit=PAGE + 1, region=own)
    shown, following = cursor.cut(found, PAGE)
    items = _items(house.catalogue, demand_forecast.of_region(connection, wanted), spoken)
    return pages.render(
        request,
        "fleet.html",
        asking,
        problems=[_words(house, each, spoken) for each in shown],
        following=following,
        items=items,
        made_at=items[0].weeks[0].made_at if items else None,
        mondays=[each.week for each in items[0].weeks] if items else [],
        charts=[_demand_chart(each, spoken) for each in items[:CHARTS]],
        regions=[own] if own else demand_forecast.regions(connection),
        wanted=wanted or "",
    )


@router.get("/problems/{problem_id}")
def show(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: SignedIn,
    problem_id: Annotated[int, Path(ge=1, lt=LARGEST_ID)],
) -> Response:
    """One fleet problem with its tickets."""
    own = asking.user.region
    spoken = language.chosen(request)
    found = outbreak.get(connection, problem_id, own)
    held = outbreak.tickets(connection, found.id, region=own, limit=MOST_TICKETS)
    return pages.render(
        request,
        "fleet_problem.html",
        asking,
        told=_words(house, found, spoken),
        charts=[_weeks_chart(connection, found, spoken)],
        tickets=[
            (each, wording.problem_title(house.catalogue.get(each.type), each.problem, spoken))
            for each in held
        ],
        now=house.clock.now(),
    )


def _words(house: House, found: Outbreak, spoken: str) -> Told:
    return Told(
        problem=found,
        title=wording.problem_title(house.catalogue.get(found.type), found.problem, spoken),
        type_title=wording.type_title(house.catalogue, found.type, spoken),
        cohort=[(trait, getattr(found, trait)) for trait in TRAITS if getattr(found, trait)],
    )


def _items(catalogue: Catalogue, rows: Sequence[Week], spoken: str) -> list[Item]:
    """Most needed first."""
    titles = {
        each.part_number: each.title.language(spoken)
        for description in catalogue.values()
        for each in description.consumables.values()
    }
    items = [
        Item(kind, part_number, titles.get(part_number, ""), list(weeks))
        for (kind, part_number), weeks in groupby(rows, lambda row: (row.kind, row.part_number))
    ]
    return sorted(items, key=lambda each: -each.expected)


def _demand_chart(item: Item, spoken: str) -> Chart:
    times = [datetime.combine(each.week, time(), UTC) for each in item.weeks]
    line = Line(
        times,
        [each.expected for each in item.weeks],
        words.say("needed", spoken),
        low=[each.low for each in item.weeks],
        high=[each.high for each in item.weeks],
    )
    title = item.title or item.part_number
    return plot.draw(title, words.say("a week", spoken), [line], Marks(), item.part_number)


def _weeks_chart(connection: Connection, found: Outbreak, spoken: str) -> Chart:
    weeks = outbreak.weeks(connection, found.id)
    times = [each.starts_at for each in weeks]
    lines = [
        Line(
            times, [each.here for each in weeks], words.say("these appliances", spoken), plot.BOUND
        ),
        Line(
            times,
            [each.elsewhere for each in weeks],
            words.say("rest of the fleet", spoken),
            dashed=True,
        ),
    ]
    marks = Marks(noticed=[found.opened_at])
    title, unit = words.say("New tickets a week", spoken), words.say("tickets", spoken)
    return plot.draw(title, unit, lines, marks, words.say("found at the upright line", spoken))
