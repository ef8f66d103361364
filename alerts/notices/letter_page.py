"""A letter as an HTML page for e-mail, from the text that every other channel gets. Pure."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"，。；）]+")
_HEADING = re.compile(r"^— (.+) —$")
STYLE = (
    "max-width:34em;margin:0 auto;padding:16px;color:#1b2430;"
    "font:16px/1.5 system-ui,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',sans-serif"
)


def render(text: str, language: str) -> str:
    """The page: a paragraph for each of the text's, and its addresses as links.

    A link shows its own address: readers without HTML get the same words.
    """
    paragraphs = Markup("").join(_paragraph(each) for each in text.strip().split("\n\n"))
    page = Markup('<div lang="{}" style="{}">{}</div>')
    return str(page.format(language, STYLE, paragraphs))


def _paragraph(text: str) -> Markup:
    heading = _HEADING.match(text)
    if heading:
        return Markup('<h2 style="font-size:1.1em;margin:1.5em 0 .3em">{}</h2>').format(heading[1])
    lines = Markup("<br>").join(_linked(line) for line in text.split("\n"))
    return Markup("<p>{}</p>").format(lines)


def _linked(line: str) -> Markup:
    made, end = Markup(""), 0
    for found in _LINK.finditer(line):
        link = Markup('<a href="{0}">{0}</a>').format(found[0])
        made += escape(line[end : found.start()]) + link
        end = found.end()
    return made + escape(line[end:])
