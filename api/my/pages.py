"""Renders a customer's page: small, without scripts, kept by nobody and told to nobody."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

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
_TEMPLATES.globals["_"] = words.say_here


def render(template: str, spoken: str, *, status: int = 200, **facts: object) -> HTMLResponse:
    """The page `template` in a language; its address holds a secret and must not get about."""
    text = _TEMPLATES.get_template(template).render(lang=spoken, languages=LANGUAGES, **facts)
    return HTMLResponse(text, status, HEADERS)
