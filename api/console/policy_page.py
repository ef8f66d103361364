"""What is promised, on which calendars and with which days off; an administrator changes it."""

from __future__ import annotations

from http import HTTPStatus
from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api import audit
from api.access import check_everywhere, check_role
from api.console import language, pages, policy_draft
from api.console.policy_draft import CalendarRow, Draft, PlaceRow, PromiseRow
from api.console.session import FilledIn, Session, SignedIn
from api.cursor import LARGEST_ID
from api.house import House, Served, Transaction
from api.user import Role
from devices.catalogue.appliance_type import Severity
from runtime.errors import HearthwatchError, InvalidError
from storage.pool import Connection
from tickets.sla import calendar
from tickets.sla import policy as policies
from tickets.sla.calendar import Weekday
from tickets.sla.policy import Kept

router = APIRouter(prefix="/console/promises")
PAGE = "/console/promises"
MOST_ROWS = 200
DAYS_OFF = 4
"""Next days off of each place on the page."""
Text = Annotated[str, Form(max_length=2_000)]
Texts = Annotated[list[str] | None, Form(max_length=7 * MOST_ROWS)]


def _calendars(
    calendar_name: Texts = None, hours: Texts = None, always: Texts = None
) -> list[CalendarRow]:
    names, written = calendar_name or [], hours or []
    if len(written) != len(names) * len(Weekday):
        raise InvalidError("hours are missing", hint="load the page again")
    days = len(Weekday)
    return [
        CalendarRow(name, tuple(written[days * row : days * (row + 1)]), str(row) in (always or []))
        for row, name in enumerate(names)
    ]


def _promises(
    *,
    safety: Texts = None,
    severity: Texts = None,
    tier: Texts = None,
    calendar_of: Texts = None,
    first_response: Texts = None,
    resolution: Texts = None,
) -> list[PromiseRow]:
    """`severity` and `tier` are the number of their row, a colon, and what is ticked."""
    columns = zip_longest(
        safety or [], calendar_of or [], first_response or [], resolution or [], fillvalue=""
    )
    return [
        PromiseRow(
            safety=danger,
            severities=_ticked(severity, row),
            tiers=_ticked(tier, row),
            calendar=named,
            first_response=first,
            resolution=last,
        )
        for row, (danger, named, first, last) in enumerate(columns)
    ]


def _ticked(told: list[str] | None, row: int) -> frozenset[str]:
    parts = (each.partition(":") for each in told or [])
    return frozenset(what for number, _, what in parts if number == str(row))


def _places(
    *,
    region: Texts = None,
    time_zone: Texts = None,
    country: Texts = None,
    subdivision: Texts = None,
    closed_on: Texts = None,
    open_on: Texts = None,
) -> list[PlaceRow]:
    columns = (region, time_zone, country, subdivision, closed_on, open_on)
    return [PlaceRow(*row) for row in zip_longest(*(each or [] for each in columns), fillvalue="")]


def _figures(
    *,
    warn_at: Text = "",
    days: Text = "",
    fewest: Text = "",
    nps_below: Text = "",
    csat_below: Text = "",
) -> dict[str, str]:
    return {
        "warn_at": warn_at,
        "days": days,
        "fewest": fewest,
        "nps_below": nps_below,
        "csat_below": csat_below,
    }


def _sent(
    version: Annotated[int, Form(ge=0, lt=LARGEST_ID)],
    calendars: Annotated[list[CalendarRow], Depends(_calendars)],
    promises: Annotated[list[PromiseRow], Depends(_promises)],
    places: Annotated[list[PlaceRow], Depends(_places)],
    figures: Annotated[dict[str, str], Depends(_figures)],
) -> Draft:
    return Draft(version, calendars, promises, places, figures)


@router.get("")
def show(request: Request, house: Served, connection: Transaction, asking: SignedIn) -> Response:
    """The policy that holds; for an administrator as a form."""
    kept = policies.current(connection)
    return _render(request, house, asking, kept, policy_draft.of(kept.version, kept.policy))


@router.post("")
def change(
    request: Request,
    house: Served,
    connection: Transaction,
    asking: FilledIn,
    draft: Annotated[Draft, Depends(_sent)],
) -> Response:
    """Let what the form says hold from now on; what is refused stands in the form again."""
    check_role(asking.user, Role.ADMIN)
    check_everywhere(asking.user)
    try:
        with connection.transaction():
            _change(connection, house, asking.user.name, draft)
    except HearthwatchError as error:
        return _render(request, house, asking, policies.current(connection), draft, error)
    return RedirectResponse(PAGE, HTTPStatus.SEE_OTHER)


def _change(connection: Connection, house: House, actor: str, draft: Draft) -> None:
    wanted, at = policy_draft.policy(draft), house.clock.now()
    kept = policies.change(connection, wanted, actor, at, seen=draft.version)
    audit.record(connection, actor, "SLA policy changed", str(kept.version))


def _render(
    request: Request,
    house: House,
    asking: Session,
    kept: Kept,
    draft: Draft,
    error: HearthwatchError | None = None,
) -> Response:
    places = {**kept.policy.regions, policy_draft.ELSEWHERE: kept.policy.elsewhere}
    now, spoken = house.clock.now(), language.chosen(request)
    may_change = asking.user.role.covers(Role.ADMIN) and asking.user.region is None
    return pages.render(
        request,
        "promises.html",
        asking,
        status=error.status if error else HTTPStatus.OK,
        error=error,
        kept=kept,
        draft=draft.rows if may_change and not error else draft,
        may_change=may_change,
        weekdays=list(Weekday),
        severities=list(reversed(Severity)),
        tiers=policies.TIERS,
        elsewhere=policy_draft.ELSEWHERE,
        places=places,
        off={name: calendar.days_off(each, now, DAYS_OFF, spoken) for name, each in places.items()},
    )
