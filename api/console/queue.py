"""The queue: the open tickets a dispatcher works through, live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from alerts.evidence import Evidence
from api import whose, wording
from api.console import language, live, pages, promise_card
from api.console.live import Pulse
from api.console.promise_card import Promise
from api.console.session import SignedIn
from api.house import House, Served, Transaction
from storage import query
from storage.pool import Connection
from tickets import priority_words, ticket
from tickets.lifecycle import OPEN, State
from tickets.ticket import Ticket

router = APIRouter(prefix="/console")
_SQL = query.beside(__file__)
MOST = 500
"""Tickets on the page; whoever has more than this filters by region."""
UTC_ZONE = ZoneInfo("UTC")
SEVERITIES = ("critical", "high", "medium", "low")
ORIGINS = ("alert", "forecast", "customer", "staff")
STATES = tuple(state for state in State if state in OPEN)


@dataclass(frozen=True)
class Row:
    """A ticket in words."""

    ticket: Ticket
    title: str
    appliance: str
    sentence: str
    age: timedelta
    why: list[str]
    """What its priority rests on."""
    promise: Promise | None
    """The promise that is nearest to its end, or broken."""
    zone: ZoneInfo
    """Of the home."""


@dataclass(frozen=True)
class Filter:
    """What the dispatcher wants to see; empty for everything."""

    state: str = ""
    type: str = ""
    region: str = ""
    severity: str = ""
    safety: str = ""
    origin: str = ""

    def keeps(self, each: Ticket) -> bool:
        """Whether a ticket is shown."""
        return (
            self.state in {"", each.state}
            and self.type in {"", each.type}
            and self.region in {"", each.region}
            and self.severity in {"", each.severity}
            and (not self.safety or each.safety)
            and self.origin in {"", each.origin}
        )


Wanted = Annotated[Filter, Depends(Filter)]


@router.get("/")
def index(
    request: Request, house: Served, connection: Transaction, asking: SignedIn, wanted: Wanted
) -> Response:
    """The whole page."""
    mark = _pulse(request).read()
    return _render(request, "queue.html", house, connection, asking, wanted, mark)


@router.get("/queue")
def fragment(
    request: Request, house: Served, connection: Transaction, asking: SignedIn, wanted: Wanted
) -> Response:
    """Only the counters and the list, for a page that is open."""
    return _render(request, "_queue.html", house, connection, asking, wanted, "")


@router.get("/queue/events", response_class=EventSourceResponse)
async def events(
    request: Request, house: Served, _asking: SignedIn, seen: Annotated[str, Query()] = ""
) -> AsyncIterator[ServerSentEvent]:
    """An event whenever the queue differs from what the page has `seen`."""
    pulse = _pulse(request)
    yield ServerSentEvent(comment="listening", retry=3000)
    while not house.stop.is_set():
        mark = await run_in_threadpool(pulse.read)
        if mark != seen:
            seen = mark
            yield ServerSentEvent(event="queue", raw_data=mark)
        await asyncio.sleep(live.EVERY_S)


def _pulse(request: Request) -> Pulse:
    return cast("Pulse", request.app.state.pulse)


def _render(
    request: Request,
    template: str,
    house: House,
    connection: Connection,
    asking: SignedIn,
    wanted: Filter,
    mark: str,
) -> Response:
    everything = ticket.queue(connection, limit=MOST, region=asking.user.region)
    shown = [each for each in everything if wanted.keeps(each)]
    spoken = language.chosen(request)
    return pages.render(
        request,
        template,
        asking,
        rows=_rows(house, connection, whose.tickets(shown, asking.user), spoken),
        counters=_counters(everything),
        wanted=wanted,
        total=len(everything),
        full=len(everything) == MOST,
        mark=mark,
        severities=SEVERITIES,
        origins=ORIGINS,
        states=STATES,
        types={name: each.title.language(spoken) for name, each in house.catalogue.items()},
        regions=sorted({each.region for each in everything if each.region}),
        now=house.clock.now(),
    )


def _rows(
    house: House, connection: Connection, tickets: Sequence[Ticket], spoken: str
) -> list[Row]:
    ids = [each.id for each in tickets]
    proofs = _first_proofs(connection, ids)
    promises = promise_card.of(connection, ids, house.clock.now())
    zones = _zones(connection, tickets)
    rows = []
    for each in tickets:
        description = house.catalogue.get(each.type)
        proof = proofs.get(each.id)
        rows.append(
            Row(
                ticket=each,
                title=wording.problem_title(description, each.problem, spoken),
                appliance=wording.type_title(house.catalogue, each.type, spoken),
                sentence=wording.finding(proof, description, spoken) if proof else "",
                age=house.clock.now() - each.opened_at,
                why=[
                    priority_words.tell(reason, spoken)
                    for reason in priority_words.read(each.priority_reasons)
                ],
                promise=promise_card.nearest(promises.get(each.id, [])),
                zone=zones.get(each.household_id or 0, UTC_ZONE),
            )
        )
    return rows


def _first_proofs(connection: Connection, ids: Sequence[int]) -> dict[int, Evidence]:
    """The finding that opened each ticket."""
    rows = connection.execute(_SQL["first_proofs"], {"ids": list(ids)}).fetchall()
    return {int(str(number)): Evidence.decode(fields) for number, fields in rows}


def _zones(connection: Connection, tickets: Sequence[Ticket]) -> dict[int, ZoneInfo]:
    """The time zone of each household: a visit is told by the clock of the home."""
    ids = list({each.household_id for each in tickets if each.household_id is not None})
    rows = connection.execute(_SQL["zones"], {"ids": ids}).fetchall()
    return {int(str(number)): ZoneInfo(str(name)) for number, name in rows}


def _counters(tickets: Sequence[Ticket]) -> list[tuple[str, str, int]]:
    """Label, filter and number, of all the user may see."""
    counted = [("Open", "", len(tickets))]
    counted.append(("Safety", "safety=1", sum(each.safety for each in tickets)))
    for severity in SEVERITIES[:2]:
        number = sum(each.severity == severity for each in tickets)
        counted.append((severity.capitalize(), f"severity={severity}", number))
    for state in STATES:
        number = sum(each.state == state for each in tickets)
        counted.append((state.replace("_", " ").capitalize(), f"state={state}", number))
    return counted
