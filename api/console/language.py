"""In which language a page shows what the catalogue says."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request

COOKIE = "hearthwatch_language"
LANGUAGES = {"en": "English", "zh": "中文"}


def chosen(request: Request) -> str:
    """As asked for in the address, else as kept, else as the browser prefers; else English."""
    for code in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if code in LANGUAGES:
            return code
    return _preferred(request.headers.get("accept-language", ""))


def addresses(request: Request) -> dict[str, str]:
    """The same page in each language, as it was asked for; none of what answers a form."""
    if request.method != "GET":
        return {}
    asked = [each for each in request.query_params.multi_items() if each[0] != "lang"]
    return {code: "?" + urlencode([*asked, ("lang", code)]) for code in LANGUAGES}


def _preferred(header: str) -> str:
    """The first language of an Accept-Language header that we speak; browsers sort it."""
    for tag in header.split(","):
        code = tag.strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"
