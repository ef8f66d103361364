"""Renders a page: the templates, and how times, lengths and numbers read on all of them."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from pathlib import Path

from babel.dates import format_date
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from alerts import evidence
from api import look
from api.console import language, stacked, words
from api.console.session import Session
from api.user import Role

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# Sorted keys would put references in a chart before what they refer to.
_TEMPLATES.policies["json.dumps_kwargs"] = {"sort_keys": False, "allow_nan": False}


def render(
    request: Request,
    template: str,
    session: Session | None,
    *,
    status: int = 200,
    **facts: object,
) -> HTMLResponse:
    """The page `template`; nobody else may keep a copy of it."""
    spoken = language.chosen(request)
    text = _TEMPLATES.get_template(template).render(
        session=session,
        here=request.url.path,
        lang=spoken,
        languages=language.LANGUAGES,
        in_language=language.addresses(request),
        may_dispatch=session is not None and session.user.role.covers(Role.DISPATCHER),
        **facts,
    )
    response = HTMLResponse(text, status, {"Cache-Control": "no-store"})
    if request.query_params.get("lang") in language.LANGUAGES:
        response.set_cookie(language.COOKIE, spoken, path="/console", samesite="lax")
    return response


def instant(at: datetime | None) -> str:
    """An event's time, in UTC with its date."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "–"


@pass_context
def _day_here(context: Context, at: date) -> str:
    """A day of about now, with its weekday."""
    return _dated(context, at, "EEE d MMM", "M月d日 EEE")


@pass_context
def _date_here(context: Context, at: date) -> str:
    """A day of any year, with its weekday."""
    return _dated(context, at, "EEE d MMM y", "y年M月d日 EEE")


def _dated(context: Context, at: date, english: str, chinese: str) -> str:
    if context["lang"] == "zh":
        return format_date(at, chinese, locale="zh_CN")
    return format_date(at, english, locale="en_GB")


def span(lasting: timedelta, spoken: str = "en") -> str:
    """A length in the one unit that says most."""
    minutes = max(lasting, timedelta()).total_seconds() / 60
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes:.0f} {words.say('min', spoken)}"
    if minutes < 48 * 60:
        return f"{minutes / 60:.0f} {words.say('h', spoken)}"
    return f"{minutes / 1440:.0f} {words.say('d', spoken)}"


@pass_context
def _span_here(context: Context, lasting: timedelta) -> str:
    return span(lasting, str(context["lang"]))


def figure(value: float | None) -> str:
    """A number with three significant digits; more before the point."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.{evidence.decimals(value)}f}"


_TEMPLATES.filters.update(
    instant=instant,
    day=_day_here,
    date=_date_here,
    span=_span_here,
    figure=figure,
    stacked=stacked.stacked,
)
_TEMPLATES.globals.update({"_": words.say_here, "look": look.mark()})
