"""Renders a customer's page: small, without scripts, kept by nobody and told to nobody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from babel.dates import format_date
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from api import look
from api.my import words

FOLDER = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
}
LANGUAGES = {"en": "English", "zh": "中文"}
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals.update({"_": words.say_here, "look": look.mark()})


def render(template: str, spoken: str, *, status: int = 200, **facts: object) -> HTMLResponse:
    """The page `template` in a language; its address holds a secret and must not get about."""
    text = _TEMPLATES.get_template(template).render(lang=spoken, languages=LANGUAGES, **facts)
    return HTMLResponse(text, status, HEADERS)


@pass_context
def _day_here(context: Context, at: date) -> str:
    """A day as people say it in the page's language."""
    if context["lang"] == "zh":
        return format_date(at, "M月d日", locale="zh_CN")
    return format_date(at, "d MMMM", locale="en_GB")


_TEMPLATES.filters["day"] = _day_here
